from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers


def to_user(user):
    """What the client sees of a user. Add fields of yours here."""
    return {"id": str(user.pk), "email": user.get_username(), "roles": roles_of(user)}


def roles_of(user):
    """The names of the groups. They are read with every request, so a change is in effect with the next one."""
    return sorted(user.groups.values_list("name", flat=True))


class Credentials(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    # Not trimmed, as `authenticate` of Django does not either.
    password = serializers.CharField(max_length=1024, trim_whitespace=False)

    def validate_email(self, email):
        return email.strip().lower()


class SignUp(Credentials):
    def validate(self, data):
        user = get_user_model()(**{get_user_model().USERNAME_FIELD: data["email"], "email": data["email"]})
        check_password_rules(data["password"], user)
        return data


class PasswordChange(serializers.Serializer):
    current_password = serializers.CharField(max_length=1024, trim_whitespace=False)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)

    def validate(self, data):
        check_password_rules(data["password"], self.context["user"])
        return data


class Roles(serializers.Serializer):
    roles = serializers.ListField(child=serializers.RegexField(r"^[\w-]{1,32}$"), max_length=20)


def check_password_rules(password, user):
    """The rules are AUTH_PASSWORD_VALIDATORS of the settings."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise serializers.ValidationError({"password": error.messages}) from None
