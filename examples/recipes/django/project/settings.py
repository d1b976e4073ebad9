"""A minimal project. Copy the settings between the two lines into your own project."""

import os
from datetime import timedelta
from pathlib import Path

DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")
ROOT_URLCONF = "project.urls"
USE_TZ = True
# The paths of the contract do not end with a slash.
APPEND_SLASH = False

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(os.environ.get("DATABASE", "db.sqlite3"))}}

# ---- paste from here

INSTALLED_APPS += ["corsheaders", "rest_framework", "tokencell_django"]
MIDDLEWARE = [
    "tokencell_django.middleware.forwarded_headers",
    "tokencell_django.middleware.no_store",
    "corsheaders.middleware.CorsMiddleware",
    *MIDDLEWARE,
]

TOKENCELL = {
    # The URL at which browsers reach this API.
    "PUBLIC_URL": os.environ["PUBLIC_URL"],
    # The origins of pages that use it from other origins.
    "ORIGINS": [origin for origin in os.environ.get("ORIGINS", "").split(",") if origin],
    "ACCESS_TOKEN_KEYS": os.environ["ACCESS_TOKEN_KEYS"],
    "REFRESH_TOKEN_KEYS": os.environ["REFRESH_TOKEN_KEYS"],
    # The networks of your proxies, such as "10.0.0.0/8".
    "TRUSTED_PROXIES": [network for network in os.environ.get("TRUSTED_PROXIES", "").split(",") if network],
}
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=15), "USER_ID_CLAIM": "sub"}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tokencell_django.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

CORS_ALLOWED_ORIGINS = list({TOKENCELL["PUBLIC_URL"], *TOKENCELL["ORIGINS"]})
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = ["authorization", "content-type", "x-requested-with"]
CORS_EXPOSE_HEADERS = ["Authorization", "Retry-After", "Date"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# SQLite has no row locks: a transaction takes its write lock before it reads. Omit this with PostgreSQL.
DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}

if not DEBUG:
    # Trusted from TRUSTED_PROXIES only: `forwarded_headers` drops this header from other senders.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000

# ---- to here
