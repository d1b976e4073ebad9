"""How tokens are sent: the refresh token in a cookie, the access token in the body. Contract, 12 and 23."""

from fastapi.responses import JSONResponse

from . import clock


def to_user(user):
    """The part of a user that the client gets. Add your own columns here."""
    return {"id": str(user.id), "email": user.email, "roles": user.roles}


def read_cookie(request):
    return request.cookies.get(request.app.state.tokencell.config.cookie_name, "")


def read_token(request):
    return request.app.state.tokencell.sessions.refresh_tokens.read(read_cookie(request))


def answer(request, grant, status=200):
    auth = request.app.state.tokencell
    session, token = grant
    response = JSONResponse({**auth.access_tokens.issue(session), "user": to_user(session.user)}, status)
    life = int((session.idle_expires_at - clock.now()).total_seconds())
    response.set_cookie(auth.config.cookie_name, token.text, max_age=life, **place(auth.config))
    return response


def clear_cookie(request, response):
    config = request.app.state.tokencell.config
    response.delete_cookie(config.cookie_name, **place(config))
    return response


def place(config):
    return {"path": "/", "secure": config.is_secure, "httponly": True, "samesite": config.same_site}


def device_of(request):
    """The address is that of the socket, or the one that a proxy reports if uvicorn trusts this proxy. See README.md."""
    address = request.client.host if request.client else "unknown"
    return {"user_agent": request.headers.get("User-Agent", "")[:255], "address": address[:64]}
