from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from . import passwords, sessions
from .checks import CurrentSession, read_bearer, refuse_forged, require_tls, unauthorized
from .database import Session, User
from .limiter import limited
from .refusal import ContractRoute, Refused
from .transport import answer, clear_cookie, device_of, read_cookie, read_token, to_user

router = APIRouter(route_class=ContractRoute, dependencies=[Depends(require_tls)])
reads_cookie = [Depends(refuse_forged)]

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^\x00-\x20@]+@[^\x00-\x20@]+\.[^\x00-\x20@]+$"),
    AfterValidator(str.lower),
]
Password = Annotated[str, Field(max_length=1024)]


class Credentials(BaseModel):
    email: Email
    password: Password


class PasswordChange(BaseModel):
    current_password: Password
    password: Password


def check_rules(password, email):
    problems = passwords.problems(password, email)
    if problems:
        raise Refused(422, "invalid", fields={"password": problems})


def limit(request, email):
    auth = request.app.state.tokencell
    return limited(auth.database, auth.config, device_of(request)["address"], email)


@router.post("/signup", dependencies=reads_cookie)
def sign_up(request: Request, input: Credentials):
    auth = request.app.state.tokencell
    check_rules(input.password, input.email)
    with limit(request, input.email) as succeed:
        user = User(email=input.email, password_hash=passwords.hash_password(input.password), roles=["user"])
        try:
            with auth.database.begin() as tx:
                tx.add(user)
                tx.flush()
                grant = auth.sessions.open(tx, user, device_of(request), read_token(request))
        except IntegrityError:
            raise Refused(409, "email_taken") from None
        succeed()
    return answer(request, grant, 201)


@router.post("/login", dependencies=reads_cookie)
def sign_in(request: Request, input: Credentials):
    auth = request.app.state.tokencell
    with limit(request, input.email) as succeed:
        with auth.database.begin() as tx:
            user = tx.scalar(select(User).where(User.email == input.email))
        # Compared outside of a transaction, because it is slow. Contract, 14.
        grant = None
        if passwords.matches(input.password, user and user.password_hash):
            with auth.database.begin() as tx:
                grant = auth.sessions.sign_in(tx, user, device_of(request), read_token(request))
        if not grant:
            raise Refused(401, "credentials")
        succeed()
    return answer(request, grant)


@router.post("/refresh", dependencies=reads_cookie)
def refresh(request: Request):
    auth = request.app.state.tokencell
    if not read_cookie(request):
        raise Refused(401, "no_cookie")
    token = read_token(request)
    result = sessions.Refusal("unknown")
    if token:
        with auth.database.begin() as tx:
            result = auth.sessions.refresh(tx, token)
    if isinstance(result, sessions.Refusal):
        raise Refused(401, result.error, **({"reason": result.reason} if result.reason else {}))
    return answer(request, result)


@router.api_route("/logout", methods=["POST", "DELETE"], dependencies=reads_cookie)
def sign_out(request: Request):
    """Ends the sessions of the bearer and of the cookie, also if these are two. Contract, 17 to 19."""
    auth = request.app.state.tokencell
    bearer, token = read_bearer(request), read_token(request)
    of_bearer = bearer and auth.access_tokens.session_id_of(bearer, accept_expired=True)
    named = {id for id in (of_bearer, token and token.session_id) if id}
    if not named:
        raise unauthorized(request)
    for id in named:
        with auth.database.begin() as tx:
            sessions.end(tx, "signed_out", Session.id == id)
    return clear_cookie(request, Response(status_code=204))


@router.get("/me")
def me(session: CurrentSession):
    return {"user": to_user(session.user)}


@router.get("/sessions")
def list_sessions(request: Request, session: CurrentSession):
    with request.app.state.tokencell.database.begin() as tx:
        alive = select(Session).where(*sessions.alive_of(session.user_id)).order_by(Session.created_at.desc())
        return {"sessions": [describe(row, row.id == session.id) for row in tx.scalars(alive)]}


def describe(row, is_current):
    names = ("id", "created_at", "user_agent", "address")
    return {**{name: getattr(row, name) for name in names}, "current": is_current, "last_refresh_at": row.rotated_at}


@router.delete("/sessions")
def end_sessions(request: Request, session: CurrentSession):
    with request.app.state.tokencell.database.begin() as tx:
        sessions.end_all(tx, session.user_id, "signed_out_everywhere")
    return clear_cookie(request, Response(status_code=204))


@router.delete("/sessions/{id}", status_code=204)
def end_session(request: Request, id: str, session: CurrentSession):
    with request.app.state.tokencell.database.begin() as tx:
        # PostgreSQL fails on a zero byte.
        where = (Session.id == id.replace("\0", ""), Session.user_id == session.user_id)
        count = sessions.end(tx, "signed_out", *where)
    if not count:
        raise Refused(404, "not_found")


@router.post("/password", status_code=204)
def change_password(request: Request, input: PasswordChange, session: CurrentSession):
    auth = request.app.state.tokencell
    check_rules(input.password, session.user.email)
    with limit(request, session.user.email) as succeed:
        is_changed = False
        if passwords.matches(input.current_password, session.user.password_hash):
            password_hash = passwords.hash_password(input.password)
            with auth.database.begin() as tx:
                is_changed = sessions.change_password(tx, session, password_hash)
        if not is_changed:
            # Not 401: the session has not ended, and a client would refresh it.
            raise Refused(422, "invalid", fields={"current_password": ["is wrong"]})
        succeed()
