"""Limits on guessing. The counts are in the database, so all processes share them. Contract, 26."""

import hashlib
from contextlib import contextmanager
from ipaddress import ip_address
from math import ceil

from sqlalchemy import text

from . import clock
from .refusal import Refused

# One statement, for PostgreSQL and SQLite, so that concurrent guesses are counted separately.
ADD = text("""
    INSERT INTO auth_attempts AS a (key, count, expires_at) VALUES (:key, 1, :end) ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN a.expires_at <= :now THEN 1 ELSE a.count + 1 END,
        expires_at = CASE WHEN a.expires_at <= :now THEN :end ELSE a.expires_at END
    RETURNING count, expires_at
""")
TAKE_BACK = text("UPDATE auth_attempts SET count = count - 1 WHERE key IN (:account, :address)")


@contextmanager
def limited(database, config, address, account):
    """Counts a failure before the password is compared, and removes it after `succeed()`."""
    network = network_of(address)
    keys = {"account": digest("account", network, account), "address": digest("address", network)}
    limits = {"account": config.failures_per_account, "address": config.failures_per_address}

    def change(statement, **values):
        with database.begin() as tx:
            result = tx.execute(statement, values)
            return result.one() if result.returns_rows else None

    for name, key in keys.items():
        now = clock.now().timestamp()
        count, end = change(ADD, key=key, now=now, end=now + config.failure_seconds)
        if count > limits[name]:
            raise Refused(429, "too_many_attempts", headers={"Retry-After": str(ceil(end - now))})
    yield lambda: change(TAKE_BACK, **keys)


def digest(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def network_of(address):
    """The first half of an IPv6 address: one customer has 2^64 addresses, which differ in the second half."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ip.exploded[:19])
