from django.contrib.auth import get_user_model
from django.db.models.signals import post_save

from . import sessions


def connect():
    post_save.connect(end_sessions, sender=get_user_model(), dispatch_uid="tokencell_django")


def end_sessions(instance, created, **_):
    """Runs after every change of a password, also in the admin site or through a link in an e-mail. Contract, 21."""
    # `set_password` sets it, and it is removed after this signal. It is None if Django only rehashes a password.
    if not created and instance._password is not None:
        sessions.end_all(instance.pk, "password_changed", except_id=getattr(instance, "kept_session_id", None))
