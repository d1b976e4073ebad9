"""For administrators: users in the group `admin`. README.md explains how to omit them."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response

from . import sessions
from .base_views import Refused, View
from .serializers import Roles, roles_of, to_user

ADMIN = "admin"


class IsAdmin(BasePermission):
    def has_permission(self, request, view):
        return ADMIN in roles_of(request.user)


class AdminView(View):
    permission_classes = [IsAuthenticated, IsAdmin]

    def find(self, id):
        # For an id that is too large for the column, no user is found. Otherwise the database would raise an error.
        user = get_user_model()._default_manager.filter(pk=id).first() if len(id) <= 18 else None
        if not user:
            raise Refused(404, "not_found")
        return user


class UserSessionsView(AdminView):
    def delete(self, request, id):
        sessions.end_all(self.find(id).pk, "ended_by_admin")
        return Response(status=204)


class UserRolesView(AdminView):
    def put(self, request, id):
        roles = self.read(Roles)["roles"]
        user = self.find(id)
        if not set_roles(user, roles):
            raise Refused(409, "last_admin")
        return Response({"user": to_user(user)})


@transaction.atomic
def set_roles(user, roles):
    """False if no administrator would be left."""
    admin, _ = Group.objects.get_or_create(name=ADMIN)
    # Only one change of administrators runs at a time.
    Group.objects.select_for_update().get(pk=admin.pk)
    others = get_user_model()._default_manager.filter(groups=admin, is_active=True).exclude(pk=user.pk)
    if ADMIN not in roles and ADMIN in roles_of(user) and not others.exists():
        return False
    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in roles])
    return True
