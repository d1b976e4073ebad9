from django.apps import AppConfig


class TokencellConfig(AppConfig):
    name = "tokencell_django"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from . import conf, signals

        # Contract, 28: the start fails without keys.
        conf.check()
        signals.connect()
