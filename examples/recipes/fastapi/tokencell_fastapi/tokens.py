"""Access tokens are JWTs that name their session; refresh tokens are `<session id>.<secret>.<mark>`. Contract, 6, 7, 28, 29."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import NamedTuple

import jwt

from . import clock

FORMAT = re.compile(r"([0-9a-f-]{36})\.([\w-]{43})\.([\w-]{43})", re.ASCII)


class AccessTokens:
    def __init__(self, config):
        self.config = config

    def issue(self, session):
        now = int(clock.now().timestamp())
        # No access token outlives its session.
        end = min(now + int(self.config.access_lifetime.total_seconds()), int(session.expires_at.timestamp()))
        key = self.config.access_keys[0]
        claims = {"iss": self.config.public_url, "sub": str(session.user_id), "sid": session.id, "iat": now, "exp": end}
        token = jwt.encode(claims, key.secret, "HS256", headers={"kid": key.id})
        return {"access_token": token, "token_type": "Bearer", "expires_in": end - now}

    def session_id_of(self, token, accept_expired=False):
        """None if the token is not genuine. For a sign-out, it may have expired. Contract, 18."""
        # The clock of the server that signed the token may be a second ahead. PyJWT would refuse its `iat`.
        options = {"require": ["exp", "sid", "sub"], "verify_exp": False, "verify_iat": False}
        try:
            key = self.key_of(jwt.get_unverified_header(token))
            claims = jwt.decode(token, key, algorithms=["HS256"], issuer=self.config.public_url, options=options)
        except (jwt.PyJWTError, ValueError):
            return None
        return claims["sid"] if accept_expired or claims["exp"] > clock.now().timestamp() else None

    def key_of(self, header):
        found = [key.secret for key in self.config.access_keys if key.id == header.get("kid")]
        if not found:
            raise jwt.InvalidTokenError("unknown kid")
        return found[0]


class RefreshToken(NamedTuple):
    session_id: str
    secret: str
    text: str

    @property
    def digest(self):
        return to_text(hashlib.sha256(self.secret.encode()).digest())


class RefreshTokens:
    def __init__(self, config):
        self.keys = config.refresh_keys

    def first(self, session_id):
        return write(self.keys[0], session_id, create_salt())

    def following(self, token, salt):
        return follow(self.keys[0], token, salt)

    def successor(self, token, salt, digest):
        """The token that replaced this one, created with any of the keys; or None."""
        candidates = (follow(key, token, salt) for key in self.keys)
        return next((each for each in candidates if each.digest == digest), None)

    def read(self, text):
        """None unless it was created with one of the keys. A cookie may contain any bytes."""
        match = FORMAT.fullmatch(text)
        if not match:
            return None
        session_id, secret, mark = match.groups()
        is_genuine = any(hmac.compare_digest(mark_of(key, session_id, secret), mark) for key in self.keys)
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
