"""The project of examples/recipes/django, with a clock that the test moves. It does not change its working directory."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "examples/recipes/django")]
os.environ.update(DJANGO_SETTINGS_MODULE="test_settings", SECRET_KEY="a secret of these tests, long enough")
os.environ["DEBUG"] = "" if os.environ["PUBLIC_URL"].startswith("https:") else "1"

import clock

clock.install()

from django.core.management import call_command, execute_from_command_line

if os.environ.get("WITHOUT_LOCKS"):
    from django.db.models import QuerySet

    QuerySet.select_for_update = lambda self, **_: self

if os.environ.get("MIGRATE"):
    import django

    django.setup()
    call_command("migrate", verbosity=0)

execute_from_command_line(["manage.py", "runserver", "--noreload", "--skip-checks", os.environ["PORT"]])
