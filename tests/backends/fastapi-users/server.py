"""fastapi-users with SQLAlchemy: a JWT, a token in the database, and a cookie, each with its own login route."""

import os
import uuid
from contextlib import asynccontextmanager

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, CookieTransport, JWTStrategy
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users_db_sqlalchemy.access_token import SQLAlchemyAccessTokenDatabase, SQLAlchemyBaseAccessTokenTableUUID
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

PAGE, PORT, LIFETIME = os.environ["PAGE"], int(os.environ["PORT"]), int(os.environ["LIFETIME"])
SECRET = "a secret of these tests, long enough"


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    pass


engine = create_async_engine("sqlite+aiosqlite:///./test.db")
create_session = async_sessionmaker(engine, expire_on_commit=False)


async def get_session():
    async with create_session() as session:
        yield session


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    pass


async def get_user_manager(session=Depends(get_session)):
    yield UserManager(SQLAlchemyUserDatabase(session, User))


def get_jwt_strategy():
    return JWTStrategy(secret=SECRET, lifetime_seconds=LIFETIME)


def get_database_strategy(session=Depends(get_session)):
    return DatabaseStrategy(SQLAlchemyAccessTokenDatabase(session, AccessToken), lifetime_seconds=LIFETIME)


backends = {
    "jwt": AuthenticationBackend("jwt", BearerTransport(tokenUrl="auth/jwt/login"), get_jwt_strategy),
    "db": AuthenticationBackend("db", BearerTransport(tokenUrl="auth/db/login"), get_database_strategy),
    "cookie": AuthenticationBackend("cookie", CookieTransport(cookie_max_age=LIFETIME), get_database_strategy),
}
fastapi_users = FastAPIUsers[User, uuid.UUID](get_user_manager, list(backends.values()))


@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(
    CORSMiddleware, allow_origins=[PAGE], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
)
for name, backend in backends.items():
    app.include_router(fastapi_users.get_auth_router(backend), prefix=f"/auth/{name}")
app.include_router(
    fastapi_users.get_users_router(schemas.BaseUser[uuid.UUID], schemas.BaseUserUpdate), prefix="/users"
)


@app.post("/test/people", status_code=201)
async def sign_up(person: schemas.BaseUserCreate, users=Depends(get_user_manager)):
    await users.create(person)


@app.post("/test/revoke", status_code=204)
async def revoke(person: dict, session=Depends(get_session)):
    user = await session.scalar(select(User).where(User.email == person["email"]))
    await session.execute(delete(AccessToken).where(AccessToken.user_id == user.id))
    # A JWT is not in the database, so the user is deactivated.
    user.is_active = False
    await session.commit()


uvicorn.run(app, host="localhost", port=PORT)
