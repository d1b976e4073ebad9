"""The checks before a route runs."""

import re
from typing import Annotated

from fastapi import Depends, Request, Response

from .database import Session
from .refusal import Refused


def read_bearer(request):
    match = re.fullmatch(r"Bearer +(\S+) *", request.headers.get("Authorization", ""), re.IGNORECASE)
    return match and match[1]


def unauthorized(request):
    was_sent = "Authorization" in request.headers
    challenge = 'Bearer error="invalid_token"' if was_sent else "Bearer"
    return Refused(401, "invalid_token" if was_sent else "unauthorized", {"WWW-Authenticate": challenge})


def require_session(request: Request, response: Response) -> Session:
    """The session of the bearer, with its user, if it has not ended. Contract, 2."""
    response.headers["Cache-Control"] = "no-store"
    auth = request.app.state.tokencell
    token = read_bearer(request)
    id = token and auth.access_tokens.session_id_of(token)
    with auth.database.begin() as tx:
        session = tx.get(Session, id) if id else None
        tx.expunge_all()
    if not session or not session.is_alive:
        raise unauthorized(request)
    return session


CurrentSession = Annotated[Session, Depends(require_session)]


def require_role(role):
    def check(session: CurrentSession):
        if role not in session.user.roles:
            raise Refused(403, "forbidden")
        return session

    return Depends(check)


def require_tls(request: Request):
    """Behind a proxy that terminates TLS, uvicorn must trust its X-Forwarded-Proto. See README.md."""
    if request.app.state.tokencell.config.is_secure and request.url.scheme != "https":
        raise Refused(403, "https_required")


def refuse_forged(request: Request):
    """For routes that read the cookie. Contract, 25."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in request.app.state.tokencell.config.origins:
        raise Refused(403, "origin")
    if not request.headers.get("X-Requested-With"):
        raise Refused(403, "csrf")
