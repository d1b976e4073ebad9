"""The application of examples/recipes/fastapi, with a clock that the test moves."""

import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples/recipes/fastapi"))

import uvicorn
from fastapi import FastAPI, Request
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, select, text
from tokencell_fastapi import CurrentSession, clock, create_tables, install, open_database, passwords, read_config, sessions
from tokencell_fastapi.database import Attempts, Session, User

ahead = timedelta()
clock.now = lambda: datetime.now(timezone.utc) + ahead
settings = json.loads(os.environ.get("TEST_CONFIG", "{}"))
if not settings.get("slowPasswords"):
    # Hashing passwords would take most of the time.
    passwords.hasher = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
if os.environ.get("WITHOUT_LOCKS"):
    sessions.lock_user = lambda tx, id: tx.get(User, id, populate_existing=True)
    sessions.lock_session = lambda tx, id: tx.get(Session, id, populate_existing=True)


def configure():
    is_secure = os.environ["PUBLIC_URL"].startswith("https:")
    config = read_config({**os.environ, "ENVIRONMENT": "production" if is_secure else "development"})
    for name, field in {"grace": "grace", "idleLifetime": "idle_lifetime"}.items():
        if name in settings:
            setattr(config, field, timedelta(milliseconds=settings[name]))
    failures = settings.get("failures", {})
    config.failures_per_account = failures.get("perAccount", config.failures_per_account)
    config.failures_per_address = failures.get("perAddress", config.failures_per_address)
    return config


url = os.environ["DATABASE_URL"].replace("file:", "sqlite:///").replace("postgres:", "postgresql+psycopg:")
database = open_database(url)
if os.environ["MIGRATE"]:
    create_tables(database)
app = FastAPI(redirect_slashes=False)
install(app, database, configure())


@app.get("/api/v1/notes")
def notes(session: CurrentSession):
    return {"by": session.user.email}


def reset(tx, _body):
    global ahead
    for table in (Attempts, Session, User):
        tx.execute(delete(table))
    if tx.bind.dialect.name == "postgresql":
        tx.execute(text("ALTER SEQUENCE users_id_seq RESTART"))
    ahead = timedelta()


def move_clock(_tx, body):
    global ahead
    ahead = timedelta(milliseconds=body["ahead"])


def set_roles(tx, body):
    user = tx.scalar(select(User).where(User.email == body["email"]))
    assert sessions.set_roles(tx, user.id, body["roles"])


def clean_up(tx, _body):
    return app.state.tokencell.sessions.clean_up(tx)


def cpu(_tx, _body):
    return time.process_time()


def rows(tx, body):
    table = {"sessions": Session, "users": User, "auth_failures": Attempts}[body["table"]]
    return [dict(row) for row in tx.execute(select(table.__table__)).mappings()]


actions = {"reset": reset, "clock": move_clock, "roles": set_roles, "clean": clean_up, "cpu": cpu, "rows": rows}


@app.post("/test/{name}")
async def act(name: str, request: Request):
    with database.begin() as tx:
        return {"result": actions[name](tx, await request.json())}


trusts = os.environ.get("TRUST_PROXY") == "loopback"
uvicorn.run(
    app,
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    log_level="warning",
    server_header=False,
    proxy_headers=trusts,
    forwarded_allow_ips="127.0.0.1,::1",
)
