from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers


def to_user(user):
    """The part of a user that the client gets. Add your own fields here."""
    return {"id": str(user.pk), "email": user.get_username(), "roles": roles_of(user)}


def roles_of(user):
    """The names of the groups. They are read with every request, so a change takes effect with the next request."""
    return sorted(user.groups.values_list("name", flat=True))


class Credentials(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    # Not trimmed, because `authenticate` of Django does not trim it either.
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
    """AUTH_PASSWORD_VALIDATORS of the settings contains the rules."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise serializers.ValidationError({"password": error.messages}) from None
