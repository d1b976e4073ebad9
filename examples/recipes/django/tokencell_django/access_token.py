"""The access token of simplejwt, with the id of its session and of its key. Contract, 2, 18, 28 and 29."""

import jwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from . import conf


class KeyListBackend(TokenBackend):
    """simplejwt has one key and writes no `kid`, so this class signs and decodes instead."""

    def encode(self, payload):
        key = conf.keys("ACCESS_TOKEN_KEYS")[0]
        return jwt.encode({**payload, "iss": conf.get("PUBLIC_URL")}, key.secret, "HS256", headers={"kid": key.id})

    def decode(self, token, verify=True, accept_expired=False):
        required = ["exp", "sid", api_settings.USER_ID_CLAIM]
        # The clock of the server that signed the token may be a second ahead. PyJWT would refuse its `iat`.
        options = {"require": required, "verify_exp": not accept_expired, "verify_iat": False}
        try:
            key = self.get_verifying_key(token)
            return jwt.decode(token, key, algorithms=["HS256"], issuer=conf.get("PUBLIC_URL"), options=options)
        except jwt.ExpiredSignatureError as error:
            raise TokenBackendExpiredToken("Token is expired") from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenBackendError("Token is invalid") from error

    def get_verifying_key(self, token):
        id = jwt.get_unverified_header(token).get("kid")
        found = [key.secret for key in conf.keys("ACCESS_TOKEN_KEYS") if key.id == id]
        if not found:
            raise jwt.InvalidTokenError("unknown kid")
        return found[0]


class SessionToken(AccessToken):
    _token_backend = KeyListBackend("HS256")

    @classmethod
    def for_session(cls, session):
        token = cls.for_user(session.user)
        token["sid"] = str(session.id)
        # No access token outlives its session.
        token["exp"] = min(token["exp"], int(session.expires_at.timestamp()))
        return token

    @classmethod
    def session_id_of(cls, text):
        """The session id of a genuine token, otherwise None. For a sign-out, the token may have expired. Contract, 18."""
        try:
            return cls._token_backend.decode(text, accept_expired=True)["sid"]
        except TokenBackendError:
            return None
