"""Sessions for an API on FastAPI. README.md contains the steps. The comments refer to the rules of docs/contract.md."""

from .checks import CurrentSession, require_role, require_session
from .config import read_config
from .database import create_tables, open_database
from .install import install

__all__ = [
    "CurrentSession",
    "create_tables",
    "install",
    "open_database",
    "read_config",
    "require_role",
    "require_session",
]
