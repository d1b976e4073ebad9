"""Argon2 by pwdlib. If your accounts have other hashes, change this file."""

import secrets

from pwdlib import PasswordHash

hasher = PasswordHash.recommended()
_unknown = None


def hash_password(password):
    return hasher.hash(password)


def matches(password, stored):
    """Takes the same time without a stored hash, for an unknown e-mail. Contract, 27."""
    global _unknown
    _unknown = _unknown or hasher.hash(secrets.token_hex(16))
    return hasher.verify(password, stored or _unknown) and stored is not None


def problems(password, email):
    """The rules for a new password."""
    name = email.split("@")[0]
    found = []
    if not 12 <= len(password) <= 128:
        found.append("needs 12 to 128 characters")
    if len(set(password)) < 5:
        found.append("needs 5 different characters or more")
    if len(name) >= 5 and name in password.lower():
        found.append("must not contain your e-mail")
    return found
