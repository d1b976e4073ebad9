from django.contrib.auth import get_user_model
from django.db.models.signals import post_save

from . import sessions


def connect():
    post_save.connect(end_sessions, sender=get_user_model(), dispatch_uid="tokencell_django")


def end_sessions(instance, created, **_):
    """After every change of a password, also in the admin site or by a link in an e-mail. Contract, 21."""
    # Set by `set_password`, and taken away after this signal. It is None when Django only hashes a password anew.
    if not created and instance._password is not None:
        sessions.end_all(instance.pk, "password_changed", except_id=getattr(instance, "kept_session_id", None))
