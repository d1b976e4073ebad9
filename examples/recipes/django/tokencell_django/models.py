import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class LiveSessions(models.QuerySet):
    def alive(self):
        return self.filter(ended_at=None, idle_expires_at__gt=timezone.now())

    def end(self, reason):
        """One statement, which waits for the lock of a refresh. Returns the number of ended sessions."""
        return self.filter(ended_at=None).update(ended_at=timezone.now(), end_reason=reason)


class Session(models.Model):
    """One sign-in on one device. Contract, 1."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokencell_sessions")
    digest = models.CharField(max_length=43)
    previous_digest = models.CharField(max_length=43, null=True)
    salt = models.CharField(max_length=43, null=True)
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    idle_expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, db_index=True)
    end_reason = models.CharField(max_length=32, null=True)
    user_agent = models.CharField(max_length=255, blank=True)
    address = models.CharField(max_length=64, blank=True)

    objects = LiveSessions.as_manager()

    def is_alive(self):
        return self.ended_at is None and self.idle_expires_at > timezone.now()


class Attempts(models.Model):
    """The failed sign-ins per address, or per account and address. Contract, 26."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
