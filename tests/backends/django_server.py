"""Shared by the two servers with Django REST framework: a database in the current folder, and CORS for one page."""

import os
import sys

import django
from django.conf import settings

PAGE, PORT, LIFETIME = (os.environ[name] for name in ("PAGE", "PORT", "LIFETIME"))


def configure(apps, **more):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3", "OPTIONS": {"timeout": 20}}
    settings.configure(
        ALLOWED_HOSTS=["localhost", "127.0.0.1"],
        CORS_ALLOWED_ORIGINS=[PAGE],
        DATABASES={"default": database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "corsheaders",
            "rest_framework",
            *apps,
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "corsheaders.middleware.CorsMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        # Recommended for tests by Django's guide: the default hasher takes half a second.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF="__main__",
        SECRET_KEY="a secret of these tests, long enough",
        USE_TZ=True,
        **more,
    )
    django.setup()


def serve():
    from django.core.management import call_command, execute_from_command_line

    call_command("migrate", verbosity=0)
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", "--skip-checks", PORT])


def routes(revoke):
    """A protected page, and routes for the tests that create a user and end the sessions of a user."""
    from django.contrib.auth.models import User
    from django.urls import path
    from rest_framework.decorators import api_view, authentication_classes, permission_classes
    from rest_framework.permissions import AllowAny, IsAuthenticated
    from rest_framework.response import Response

    @api_view(["GET"])
    @permission_classes([IsAuthenticated])
    def me(request):
        return Response({"email": request.user.email})

    @api_view(["POST"])
    @authentication_classes([])
    @permission_classes([AllowAny])
    def people(request):
        email, password = request.data["email"], request.data["password"]
        User.objects.create_user(username=email, email=email, password=password)
        return Response(status=201)

    @api_view(["POST"])
    @authentication_classes([])
    @permission_classes([AllowAny])
    def end(request):
        revoke(User.objects.get(email=request.data["email"]))
        return Response(status=204)

    return [path("api/me/", me), path("test/people", people), path("test/revoke", end)]
