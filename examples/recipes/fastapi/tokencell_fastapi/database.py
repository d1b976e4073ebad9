from datetime import datetime, timezone

from sqlalchemy import JSON, DateTime, ForeignKey, String, TypeDecorator, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker

from . import clock


class Utc(TypeDecorator):
    """SQLite stores no time zone: all times are UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value, _dialect):
        return value.replace(tzinfo=timezone.utc) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Utc, list[str]: JSON}


class User(Base):
    """Replace it with your own model, if you have one. The other files use these four columns."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str]
    roles: Mapped[list[str]]


class Session(Base):
    """One sign-in on one device. Contract, 1."""

    __tablename__ = "auth_sessions"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(43))
    previous_digest: Mapped[str | None] = mapped_column(String(43))
    salt: Mapped[str | None] = mapped_column(String(43))
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    end_reason: Mapped[str | None] = mapped_column(String(32))
    user_agent: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(64))
    # Not joined: PostgreSQL would lock the row of the user together with the row of the session.
    user: Mapped[User] = relationship(lazy="selectin")

    @property
    def is_alive(self):
        return self.ended_at is None and self.idle_expires_at > clock.now()


class Attempts(Base):
    """The failures per address, or per account and address. Contract, 26."""

    __tablename__ = "auth_attempts"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[float] = mapped_column(index=True)


def open_database(url):
    """`postgresql+psycopg://…` or `sqlite:///path`. Returns the factory of transactions: `with database.begin() as tx:`."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 20})
        event.listen(engine, "connect", leave_transactions_to_sqlalchemy)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        # Independent of the default of the server: with another isolation level, PostgreSQL fails instead of waiting.
        engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True)
    return sessionmaker(engine, expire_on_commit=False)


def leave_transactions_to_sqlalchemy(connection, _record):
    """SQLite has no row locks: a transaction takes its write lock before it reads. Contract, 16."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def create_tables(database):
    """Creates missing tables. If you use Alembic, give it `Base.metadata`."""
    Base.metadata.create_all(database.kw["bind"])
