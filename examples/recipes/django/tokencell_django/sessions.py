"""
The changes to the rows of sessions in transactions. A change of a session locks its row. Opening a session, or ending all,
locks the row of the user first: user, then sessions. A refusal is returned, because raising would roll back the end of a
session. Contract, 7 to 9 and 13 to 16.
"""

from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from . import conf, refresh_token
from .models import Attempts, Session


class Grant(NamedTuple):
    session: Session
    token: refresh_token.RefreshToken


class Refusal(NamedTuple):
    error: str
    reason: str | None = None


def lock_user(user_id):
    return get_user_model()._default_manager.select_for_update().filter(pk=user_id).first()


def lock_session(session_id):
    return Session.objects.select_for_update().filter(pk=session_id).first()


@transaction.atomic
def sign_in(user, device, replaces=None):
    """None if the password has changed since it was compared. `replaces` is the refresh token of the request, if it has one."""
    current = lock_user(user.pk)
    if not current or not current.is_active or current.password != user.password:
        return None
    if replaces:
        Session.objects.filter(pk=replaces.session_id).end("replaced")
    return open_session(current, device)


def open_session(user, device):
    now = timezone.now()
    session = Session(user=user, created_at=now, rotated_at=now, expires_at=now + conf.get("SESSION_LIFETIME"), **device)
    session.idle_expires_at = idle_limit(session)
    token = refresh_token.first(str(session.id))
    session.digest = token.digest
    session.save(force_insert=True)
    return Grant(session, token)


@transaction.atomic
def refresh(token):
    session = lock_session(token.session_id)
    if not session:
        return Refusal("unknown")
    if session.ended_at:
        return Refusal("revoked", session.end_reason)
    if not session.is_alive():
        return Refusal("expired")
    if not session.user.is_active:
        return Refusal("inactive")
    return rotate(session, token)


def rotate(session, token):
    if token.digest == session.digest:
        return replace_token(session, token)
    is_in_grace = token.digest == session.previous_digest and timezone.now() - session.rotated_at < conf.get("GRACE")
    following = is_in_grace and refresh_token.successor(token, session.salt, session.digest)
    if following:
        return Grant(session, following)
    Session.objects.filter(pk=session.pk).end("reuse")
    return Refusal("reuse")


def replace_token(session, token):
    session.salt = refresh_token.create_salt()
    following = refresh_token.following(token, session.salt)
    session.previous_digest, session.digest = session.digest, following.digest
    session.rotated_at = timezone.now()
    session.idle_expires_at = idle_limit(session)
    session.save(update_fields=["salt", "previous_digest", "digest", "rotated_at", "idle_expires_at"])
    return Grant(session, following)


def idle_limit(session):
    return min(timezone.now() + conf.get("IDLE_LIFETIME"), session.expires_at)


@transaction.atomic
def end_all(user_id, reason, except_id=None):
    lock_user(user_id)
    Session.objects.alive().filter(user_id=user_id).exclude(pk=except_id).end(reason)


@transaction.atomic
def change_password(session, password):
    """Ends all other sessions (signals.py). False if the password has changed since it was compared, or the session has ended."""
    user = lock_user(session.user_id)
    current = lock_session(session.pk)
    if not user or user.password != session.user.password or not current or not current.is_alive():
        return False
    user.kept_session_id = session.pk
    user.set_password(password)
    user.save(update_fields=["password"])
    return True


def clean_up():
    """Deletes sessions that ended a week ago or earlier. Contract, 5. Returns their number."""
    past = timezone.now() - conf.get("KEEP_ENDED")
    Attempts.objects.filter(expires_at__lt=timezone.now()).delete()
    ended, _ = Session.objects.filter(ended_at__lt=past).delete()
    expired, _ = Session.objects.filter(idle_expires_at__lt=past).delete()
    return ended + expired
