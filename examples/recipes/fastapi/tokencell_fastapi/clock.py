from datetime import datetime, timezone


def now():
    """The only clock of this package. Tests may change it."""
    return datetime.now(timezone.utc)
