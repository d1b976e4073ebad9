"""Limits on guessing. The counts are in the database, so all processes share them. Contract, 26."""

import hashlib
from contextlib import contextmanager
from ipaddress import ip_address
from math import ceil

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from rest_framework.exceptions import Throttled

from . import conf
from .models import Attempts


@contextmanager
def limited(address, account):
    """
    Counts a failure before the password is compared, and removes it after `succeed()`. So concurrent guesses count, too.

        with limited(address, email) as succeed:
            if is_right(password):
                succeed()
    """
    network = network_of(address)
    keys = [digest("account", network, account), digest("address", network)]
    for key, limit in zip(keys, [conf.get("FAILURES_PER_ACCOUNT"), conf.get("FAILURES_PER_ADDRESS")]):
        count(key, limit)
    yield lambda: Attempts.objects.filter(key__in=keys).update(count=F("count") - 1)


def count(key, limit):
    wait = add(key, limit)
    if wait:
        raise Throttled(wait)


@transaction.atomic
def add(key, limit):
    """The number of seconds to wait; 0 if the attempt is allowed."""
    now = timezone.now()
    period = conf.get("FAILURE_PERIOD")
    row, _ = Attempts.objects.select_for_update().get_or_create(key=key, defaults={"expires_at": now + period})
    if row.expires_at <= now:
        row.count, row.expires_at = 0, now + period
    row.count += 1
    row.save(update_fields=["count", "expires_at"])
    return ceil((row.expires_at - now).total_seconds()) if row.count > limit else 0


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
