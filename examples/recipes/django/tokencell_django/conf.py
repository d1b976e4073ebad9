"""The setting TOKENCELL and its defaults."""

import base64
import binascii
import re
from datetime import timedelta
from ipaddress import ip_network
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS = {
    "ORIGINS": [],
    "TRUSTED_PROXIES": [],
    "SAME_SITE": "Lax",
    "DEFAULT_ROLES": ["user"],
    "SESSION_LIFETIME": timedelta(days=30),
    "IDLE_LIFETIME": timedelta(days=14),
    "GRACE": timedelta(seconds=10),
    "KEEP_ENDED": timedelta(days=7),
    # Failures that are allowed within the period. Contract, 26.
    "FAILURES_PER_ADDRESS": 20,
    "FAILURES_PER_ACCOUNT": 5,
    "FAILURE_PERIOD": timedelta(seconds=60),
}


class Key(NamedTuple):
    id: str
    secret: bytes


def get(name):
    given = settings.TOKENCELL
    return given[name] if name in given else DEFAULTS[name]


def keys(name):
    """`id:base64,id:base64`: the first key signs, all keys verify. Contract, 28."""
    try:
        pairs = [entry.strip().split(":", 1) for entry in get(name).split(",")]
        found = [Key(id, base64.b64decode(text, validate=True)) for id, text in pairs]
    except (AttributeError, KeyError, ValueError, binascii.Error):
        message = f"TOKENCELL[{name!r}] must be id:key, separated by commas, each key in base64"
        raise ImproperlyConfigured(message) from None
    if any(not re.fullmatch(r"[\w-]{1,32}", key.id, re.ASCII) or len(key.secret) < 32 for key in found):
        raise ImproperlyConfigured(f"TOKENCELL[{name!r}]: each key needs an id and 32 bytes or more")
    return found


def is_secure():
    return get("PUBLIC_URL").startswith("https:")


def allowed_origins():
    return [get("PUBLIC_URL"), *get("ORIGINS")]


def trusted_proxies():
    return [ip_network(text) for text in get("TRUSTED_PROXIES")]


def cookie_name():
    # Browsers accept a cookie with this prefix only from exactly this host and over TLS. Contract, 23.
    return "__Host-refresh_token" if is_secure() else "refresh_token"


def check():
    keys("ACCESS_TOKEN_KEYS")
    keys("REFRESH_TOKEN_KEYS")
    trusted_proxies()
    for origin in allowed_origins():
        if not re.fullmatch(r"https?://[^/?#\s]+", origin):
            raise ImproperlyConfigured(f"{origin} must be an origin such as https://app.example.com, without a path")
    if not is_secure() and (not settings.DEBUG or get("SAME_SITE") == "None"):
        raise ImproperlyConfigured("PUBLIC_URL must begin with https:// unless DEBUG is on and SAME_SITE is not None")
