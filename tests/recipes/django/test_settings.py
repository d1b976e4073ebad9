import json
from urllib.parse import urlsplit

from project.settings import *  # noqa: F403

ROOT_URLCONF = "test_urls"
# The routes for the tests do not use TLS.
SECURE_REDIRECT_EXEMPT = [r"^test/"]
if os.environ.get("TRUST_PROXY") == "loopback":
    TOKENCELL["TRUSTED_PROXIES"] = ["127.0.0.0/8", "::1/128"]

config = json.loads(os.environ.get("TEST_CONFIG", "{}"))
if "grace" in config:
    TOKENCELL["GRACE"] = timedelta(milliseconds=config["grace"])
if "idleLifetime" in config:
    TOKENCELL["IDLE_LIFETIME"] = timedelta(milliseconds=config["idleLifetime"])
if "failures" in config:
    TOKENCELL["FAILURES_PER_ADDRESS"] = config["failures"]["perAddress"]
    TOKENCELL["FAILURES_PER_ACCOUNT"] = config["failures"]["perAccount"]

# Hashing passwords would take most of the time.
if not config.get("slowPasswords"):
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

database = urlsplit(os.environ["DATABASE_URL"])
if database.scheme == "file":
    DATABASES["default"]["NAME"] = database.path
else:
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database.path[1:],
        "HOST": database.hostname,
        "PORT": database.port,
        "USER": database.username,
    }
