"""dj-rest-auth: JWTs in cookies and in the body, or with `TOKENS=drf` the tokens of Django REST framework."""

import os
import sys
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from django_server import LIFETIME, configure, routes, serve

is_jwt = os.environ.get("TOKENS") != "drf"

if is_jwt:
    configure(
        ["rest_framework.authtoken", "rest_framework_simplejwt.token_blacklist", "dj_rest_auth"],
        CORS_ALLOW_CREDENTIALS=True,
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["dj_rest_auth.jwt_auth.JWTCookieAuthentication"]},
        REST_AUTH={
            "USE_JWT": True,
            "JWT_AUTH_COOKIE": "my-app-auth",
            "JWT_AUTH_REFRESH_COOKIE": "my-refresh-token",
        },
        SIMPLE_JWT={
            "ACCESS_TOKEN_LIFETIME": timedelta(seconds=int(LIFETIME)),
            "ROTATE_REFRESH_TOKENS": True,
            "BLACKLIST_AFTER_ROTATION": True,
        },
    )
else:
    configure(
        ["rest_framework.authtoken", "dj_rest_auth"],
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]},
    )

from django.urls import include, path


def revoke(user):
    if not is_jwt:
        from rest_framework.authtoken.models import Token

        return Token.objects.filter(user=user).delete()
    from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

    for token in OutstandingToken.objects.filter(user=user):
        BlacklistedToken.objects.get_or_create(token=token)


urlpatterns = [path("dj-rest-auth/", include("dj_rest_auth.urls")), *routes(revoke)]

serve()
