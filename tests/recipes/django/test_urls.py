"""The routes of the project, and additional routes for the tests."""

import json
import time

from django.contrib.auth.models import Group, User
from django.core.management.color import no_style
from django.db import connection
from django.http import JsonResponse
from django.urls import include, path
from rest_framework.decorators import api_view
from rest_framework.response import Response

import clock
from tokencell_django import admin_views, sessions
from tokencell_django.models import Attempts, Session

clock.install_simplejwt()
TABLES = {"sessions": Session, "users": User, "auth_failures": Attempts}


@api_view(["GET"])
def notes(request):
    return Response({"by": request.user.get_username()})


def reset(_request, _body):
    for model in (Attempts, Session, User, Group):
        model.objects.all().delete()
    for statement in connection.ops.sequence_reset_by_name_sql(no_style(), sequences()):
        connection.cursor().execute(statement)
    clock.set(0)


def sequences():
    return [{"table": User._meta.db_table, "column": "id"}, {"table": Group._meta.db_table, "column": "id"}]


def move_clock(_request, body):
    clock.set(body["ahead"])


def set_roles(_request, body):
    assert admin_views.set_roles(User.objects.get(email=body["email"]), body["roles"])


def set_password(_request, body):
    """Sets the password like the admin site."""
    user = User.objects.get(email=body["email"])
    user.set_password(body["password"])
    user.save()


def deactivate(_request, body):
    User.objects.filter(email=body["email"]).update(is_active=False)


def clean_up(_request, _body):
    return sessions.clean_up()


def cpu(_request, _body):
    return time.process_time()


def rows(_request, body):
    return list(TABLES[body["table"]].objects.values())


def action(work):
    def view(request):
        result = work(request, json.loads(request.body or "{}"))
        return JsonResponse({"result": result}, json_dumps_params={"default": str})

    return view


actions = {
    "reset": reset,
    "clock": move_clock,
    "roles": set_roles,
    "password": set_password,
    "deactivate": deactivate,
    "clean": clean_up,
    "cpu": cpu,
    "rows": rows,
}
urlpatterns = [
    path("api/v1/", include("tokencell_django.urls")),
    path("api/v1/notes", notes),
    *[path(f"test/{name}", action(work)) for name, work in actions.items()],
]
