"""For administrators: users with the role `admin`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, StringConstraints

from . import sessions
from .checks import require_role, require_tls
from .database import User
from .refusal import ContractRoute, Refused
from .transport import to_user

router = APIRouter(prefix="/admin", route_class=ContractRoute, dependencies=[Depends(require_tls), require_role("admin")])


class Roles(BaseModel):
    roles: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[\w-]{1,32}$")]], Field(max_length=20)]


def find(tx, id):
    # For an id that is too large for the column, no user is found. Otherwise the database would raise an error.
    user = tx.get(User, int(id)) if id.isascii() and id.isdigit() and len(id) <= 9 else None
    if not user:
        raise Refused(404, "not_found")
    return user


@router.delete("/users/{id}/sessions", status_code=204)
def end_sessions(request: Request, id: str):
    database = request.app.state.tokencell.database
    with database.begin() as tx:
        user_id = find(tx, id).id
    with database.begin() as tx:
        sessions.end_all(tx, user_id, "ended_by_admin")


@router.put("/users/{id}/roles")
def set_roles(request: Request, id: str, input: Roles):
    database = request.app.state.tokencell.database
    with database.begin() as tx:
        user = find(tx, id)
    with database.begin() as tx:
        if not sessions.set_roles(tx, user.id, input.roles):
            raise Refused(409, "last_admin")
    return {"user": {**to_user(user), "roles": input.roles}}
