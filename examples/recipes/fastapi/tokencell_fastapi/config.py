"""All settings come from the environment. The start fails without keys. Contract, 28 and 30."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple


class Key(NamedTuple):
    id: str
    secret: bytes


@dataclass
class Config:
    public_url: str
    origins: list[str]
    access_keys: list[Key]
    refresh_keys: list[Key]
    same_site: str
    access_lifetime: timedelta = timedelta(minutes=15)
    session_lifetime: timedelta = timedelta(days=30)
    idle_lifetime: timedelta = timedelta(days=14)
    grace: timedelta = timedelta(seconds=10)
    keep_ended: timedelta = timedelta(days=7)
    failures_per_address: int = 20
    failures_per_account: int = 5
    failure_seconds: int = 60

    @property
    def is_secure(self):
        return self.public_url.startswith("https:")

    @property
    def cookie_name(self):
        # Browsers accept a cookie with this prefix only from exactly this host and over TLS. Contract, 23.
        return "__Host-refresh_token" if self.is_secure else "refresh_token"


def read_config(env):
    """`env` is os.environ or another mapping. Raises ValueError, which names the variable."""
    public_url = origin("PUBLIC_URL", env.get("PUBLIC_URL", ""))
    others = [origin("ORIGINS", each) for each in env.get("ORIGINS", "").split(",") if each]
    same_site = env.get("SAME_SITE", "lax")
    if same_site not in ("lax", "strict", "none"):
        raise ValueError("SAME_SITE must be lax, strict or none")
    is_development = env.get("ENVIRONMENT", "production") == "development"
    if not public_url.startswith("https:") and (not is_development or same_site == "none"):
        raise ValueError("PUBLIC_URL must begin with https:// unless ENVIRONMENT=development and SAME_SITE is not none")
    access, refresh = (keys(name, env.get(name, "")) for name in ("ACCESS_TOKEN_KEYS", "REFRESH_TOKEN_KEYS"))
    return Config(public_url, [public_url, *others], access, refresh, same_site)


def origin(name, text):
    if not re.fullmatch(r"https?://[^/?#\s]+", text):
        raise ValueError(f"{name} must have origins such as https://app.example.com, without a path")
    return text


def keys(name, text):
    """`id:base64,id:base64`: the first key signs, all keys verify."""
    found = []
    for entry in text.split(","):
        id, _, encoded = entry.strip().partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            secret = b""
        if not re.fullmatch(r"[\w-]{1,32}", id, re.ASCII) or len(secret) < 32:
            raise ValueError(f"{name} must be id:key, separated by commas, each key 32 bytes or more in base64")
        found.append(Key(id, secret))
    return found
