"""One clock for Django, PyJWT and simplejwt, which read it by the name `datetime` in these modules."""

import datetime
import importlib

ahead = datetime.timedelta()


class Moved(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + ahead


def install():
    for name in ("django.utils.timezone", "jwt.api_jwt"):
        importlib.import_module(name).datetime = Moved


def install_simplejwt():
    """Called later, because simplejwt reads the settings when it is imported."""
    importlib.import_module("rest_framework_simplejwt.utils").datetime = Moved


def set(milliseconds):
    global ahead
    ahead = datetime.timedelta(milliseconds=milliseconds)
