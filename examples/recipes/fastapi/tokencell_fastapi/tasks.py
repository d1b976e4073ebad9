"""`python -m tokencell_fastapi.tasks keys`, or `migrate`, `clean-up`, `roles <email> <role>…`"""

import base64
import os
import secrets
import sys
from datetime import date

from sqlalchemy import select

from . import sessions
from .config import read_config
from .database import User, create_tables, open_database


def keys():
    for name in ("ACCESS_TOKEN_KEYS", "REFRESH_TOKEN_KEYS"):
        print(f"{name}={date.today()}:{base64.b64encode(secrets.token_bytes(32)).decode()}")


def migrate():
    create_tables(open_database(os.environ["DATABASE_URL"]))


def clean_up():
    with open_database(os.environ["DATABASE_URL"]).begin() as tx:
        print(sessions.Sessions(read_config(os.environ)).clean_up(tx), "sessions deleted")


def roles(email, *names):
    with open_database(os.environ["DATABASE_URL"]).begin() as tx:
        user = tx.scalar(select(User).where(User.email == email))
        if not user:
            sys.exit(f"No account has the e-mail {email}")
        if not sessions.set_roles(tx, user.id, list(names)):
            sys.exit(f"{email} is the last administrator")


tasks = {"keys": keys, "migrate": migrate, "clean-up": clean_up, "roles": roles}

if __name__ == "__main__":
    name, *args = sys.argv[1:] or [""]
    if name not in tasks:
        sys.exit(f"There are these tasks: {', '.join(tasks)}")
    tasks[name](*args)
