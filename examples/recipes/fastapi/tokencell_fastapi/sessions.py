"""
The changes to the rows of sessions in transactions. A change of a session locks its row. Opening a session, or ending all,
locks the row of the user first: user, then sessions. A refusal is returned, because raising would roll back the end of a
session. Contract, 7 to 9 and 13 to 16.
"""

import uuid
from typing import NamedTuple

from sqlalchemy import String, cast, delete, or_, select, update

from . import clock, tokens
from .database import Attempts, Session, User


class Grant(NamedTuple):
    session: Session
    token: tokens.RefreshToken


class Refusal(NamedTuple):
    error: str
    reason: str | None = None


def lock_user(tx, user_id):
    return tx.get(User, user_id, with_for_update=True, populate_existing=True)


def lock_session(tx, session_id):
    return tx.get(Session, session_id, with_for_update=True, populate_existing=True)


def end(tx, reason, *where):
    """One statement, which waits for the lock of a refresh. Returns the number of ended sessions."""
    statement = update(Session).where(Session.ended_at.is_(None), *where)
    options = {"synchronize_session": False}
    return tx.execute(statement.values(ended_at=clock.now(), end_reason=reason), execution_options=options).rowcount


def alive_of(user_id):
    return (Session.user_id == user_id, Session.ended_at.is_(None), Session.idle_expires_at > clock.now())


class Sessions:
    def __init__(self, config):
        self.config = config
        self.refresh_tokens = tokens.RefreshTokens(config)

    def sign_in(self, tx, user, device, replaces=None):
        """None if the password has changed since it was compared. `replaces` is the refresh token of the request, if it has one."""
        current = lock_user(tx, user.id)
        if not current or current.password_hash != user.password_hash:
            return None
        return self.open(tx, current, device, replaces)

    def open(self, tx, user, device, replaces=None):
        if replaces:
            end(tx, "replaced", Session.id == replaces.session_id)
        token = self.refresh_tokens.first(str(uuid.uuid4()))
        now = clock.now()
        session = Session(id=token.session_id, user=user, digest=token.digest, created_at=now, rotated_at=now, **device)
        session.expires_at = now + self.config.session_lifetime
        session.idle_expires_at = self.idle_limit(session)
        tx.add(session)
        tx.flush()
        return Grant(session, token)

    def refresh(self, tx, token):
        session = lock_session(tx, token.session_id)
        if not session:
            return Refusal("unknown")
        if session.ended_at:
            return Refusal("revoked", session.end_reason)
        return self.rotate(tx, token, session) if session.is_alive else Refusal("expired")

    def rotate(self, tx, token, session):
        if token.digest == session.digest:
            return self.replace_token(token, session)
        is_in_grace = token.digest == session.previous_digest and clock.now() - session.rotated_at < self.config.grace
        following = is_in_grace and self.refresh_tokens.successor(token, session.salt, session.digest)
        if following:
            return Grant(session, following)
        end(tx, "reuse", Session.id == session.id)
        return Refusal("reuse")

    def replace_token(self, token, session):
        session.salt = tokens.create_salt()
        following = self.refresh_tokens.following(token, session.salt)
        session.previous_digest, session.digest = session.digest, following.digest
        session.rotated_at = clock.now()
        session.idle_expires_at = self.idle_limit(session)
        return Grant(session, following)

    def idle_limit(self, session):
        return min(clock.now() + self.config.idle_lifetime, session.expires_at)

    def clean_up(self, tx):
        """Deletes sessions that ended a week ago or earlier. Contract, 5. Returns their number."""
        past = clock.now() - self.config.keep_ended
        tx.execute(delete(Attempts).where(Attempts.expires_at < clock.now().timestamp()))
        return tx.execute(delete(Session).where(or_(Session.ended_at < past, Session.idle_expires_at < past))).rowcount


def end_all(tx, user_id, reason):
    lock_user(tx, user_id)
    end(tx, reason, *alive_of(user_id))


def change_password(tx, session, password_hash):
    """Ends all other sessions. False if the password has changed since it was compared, or the session has ended."""
    user = lock_user(tx, session.user_id)
    current = lock_session(tx, session.id)
    if not user or user.password_hash != session.user.password_hash or not current or not current.is_alive:
        return False
    user.password_hash = password_hash
    end(tx, "password_changed", *alive_of(user.id), Session.id != session.id)
    return True


def set_roles(tx, user_id, roles):
    """False if no administrator would be left."""
    could_be = cast(User.roles, String).like('%"admin"%')
    rows = tx.scalars(select(User).where(could_be).order_by(User.id).with_for_update())
    admins = [user.id for user in rows if "admin" in user.roles]
    if admins == [user_id] and "admin" not in roles:
        return False
    tx.execute(update(User).where(User.id == user_id).values(roles=roles))
    return True
