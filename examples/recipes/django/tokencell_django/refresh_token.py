"""Refresh tokens: `<session id>.<secret>.<mark>`. Contract, 6 and 7."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import NamedTuple

from . import conf

FORMAT = re.compile(r"([0-9a-f-]{36})\.([\w-]{43})\.([\w-]{43})", re.ASCII)


class RefreshToken(NamedTuple):
    session_id: str
    secret: str
    text: str

    @property
    def digest(self):
        return to_text(hashlib.sha256(self.secret.encode()).digest())


def first(session_id):
    return write(conf.keys("REFRESH_TOKEN_KEYS")[0], session_id, create_salt())


def following(token, salt):
    return follow(conf.keys("REFRESH_TOKEN_KEYS")[0], token, salt)


def successor(token, salt, digest):
    """The token that replaced this one, created with any of the keys; or None."""
    candidates = (follow(key, token, salt) for key in conf.keys("REFRESH_TOKEN_KEYS"))
    return next((each for each in candidates if each.digest == digest), None)


def read(text):
    """None unless it was created with one of the keys. A cookie may contain any bytes."""
    match = FORMAT.fullmatch(text)
    if not match:
        return None
    session_id, secret, mark = match.groups()
    marks = (mark_of(key, session_id, secret) for key in conf.keys("REFRESH_TOKEN_KEYS"))
    is_genuine = any(hmac.compare_digest(each, mark) for each in marks)
    return RefreshToken(session_id, secret, text) if is_genuine else None


def create_salt():
    return to_text(secrets.token_bytes(32))


def write(key, session_id, secret):
    return RefreshToken(session_id, secret, f"{session_id}.{secret}.{mark_of(key, session_id, secret)}")


def follow(key, token, salt):
    return write(key, token.session_id, sign(key, "next", salt, token.secret))


def mark_of(key, session_id, secret):
    return sign(key, "mark", session_id, secret)


def sign(key, *parts):
    return to_text(hmac.digest(key.secret, ".".join(parts).encode(), "sha256"))


def to_text(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()
