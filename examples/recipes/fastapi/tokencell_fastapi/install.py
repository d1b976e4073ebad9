"""Puts the routes into an application."""

from dataclasses import dataclass

from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.orm import sessionmaker

from . import admin_routes, routes
from .config import Config
from .sessions import Sessions
from .tokens import AccessTokens


@dataclass
class Auth:
    config: Config
    database: sessionmaker
    access_tokens: AccessTokens
    sessions: Sessions


def install(app, database, config, prefix="/api/v1"):
    app.state.tokencell = Auth(config, database, AccessTokens(config), Sessions(config))
    app.include_router(routes.router, prefix=prefix)
    app.include_router(admin_routes.router, prefix=prefix)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=config.origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "X-Requested-With"],
        expose_headers=["Authorization", "Retry-After", "Date"],
    )

    @app.middleware("http")
    async def add_hsts(request, call_next):
        response = await call_next(request)
        if config.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
