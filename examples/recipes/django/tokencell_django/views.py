from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from rest_framework.response import Response

from . import conf, sessions
from .access_token import SessionToken
from .authentication import SessionAuthentication
from .base_views import CookieView, Refused, View, clear_cookie, device_of
from .limiter import limited
from .models import Session
from .serializers import Credentials, PasswordChange, SignUp, to_user


class SignUpView(CookieView):
    def post(self, request):
        data = self.read(SignUp)
        with limited(request.META["REMOTE_ADDR"], data["email"]) as succeed:
            grant = self.sign_up(**data)
            if not grant:
                raise Refused(409, "email_taken")
            succeed()
        return self.answer(grant, status=201)

    def sign_up(self, email, password):
        users = get_user_model()
        user = users(**{users.USERNAME_FIELD: email, "email": email}, password=make_password(password))
        try:
            with transaction.atomic():
                user.save()
                user.groups.set([Group.objects.get_or_create(name=name)[0] for name in conf.get("DEFAULT_ROLES")])
        except IntegrityError:
            return None
        return sessions.sign_in(user, device_of(self.request), self.refresh_token())


class SignInView(CookieView):
    def post(self, request):
        data = self.read(Credentials)
        with limited(request.META["REMOTE_ADDR"], data["email"]) as succeed:
            grant = self.sign_in(**data)
            if not grant:
                raise Refused(401, "credentials")
            succeed()
        return self.answer(grant)

    def sign_in(self, email, password):
        users = get_user_model()
        user = users._default_manager.filter(**{users.USERNAME_FIELD: email}).first()
        # Without a setter, Django does not save another hash. An unknown e-mail takes the same time. Contract, 27.
        is_right = check_password(password, user.password) if user else not make_password(password)
        return sessions.sign_in(user, device_of(self.request), self.refresh_token()) if is_right else None


class RefreshView(CookieView):
    def post(self, request):
        if not self.cookie():
            raise Refused(401, "no_cookie")
        token = self.refresh_token()
        result = sessions.refresh(token) if token else sessions.Refusal("unknown")
        if isinstance(result, sessions.Refusal):
            reason = {"reason": result.reason} if result.reason else {}
            raise Refused(401, result.error, **reason)
        return self.answer(result)


class SignOutView(CookieView):
    """Ends the sessions of the bearer and of the cookie, also if these are two. Contract, 17 to 19."""

    def post(self, request):
        token = self.refresh_token()
        named = [self.session_of_bearer(), token and token.session_id]
        if not any(named):
            return self.refuse()
        # Ordered by id, each in a separate statement, so that the locks are always taken in the same order.
        for id in sorted(filter(None, named)):
            Session.objects.filter(pk=id).end("signed_out")
        return clear_cookie(Response(status=204))

    delete = post

    def session_of_bearer(self):
        header = self.request.META.get("HTTP_AUTHORIZATION", "").split()
        is_bearer = len(header) == 2 and header[0].lower() == "bearer"
        return SessionToken.session_id_of(header[1]) if is_bearer else None

    def refuse(self):
        challenge = SessionAuthentication().authenticate_header(self.request)
        error = "invalid_token" if "Authorization" in self.request.headers else "unauthorized"
        return Response({"error": error}, status=401, headers={"WWW-Authenticate": challenge})


class MeView(View):
    def get(self, request):
        return Response({"user": to_user(request.user)})


class SessionsView(View):
    def get(self, request):
        rows = Session.objects.alive().filter(user=request.user).order_by("-created_at")
        return Response({"sessions": [self.describe(row) for row in rows]})

    def delete(self, request):
        sessions.end_all(request.user.pk, "signed_out_everywhere")
        return clear_cookie(Response(status=204))

    def describe(self, row):
        return {
            "id": str(row.pk),
            "current": row.pk == self.request.auth.pk,
            "created_at": row.created_at,
            "last_refresh_at": row.rotated_at,
            "user_agent": row.user_agent,
            "address": row.address,
        }


class SessionView(View):
    def delete(self, request, id):
        if not Session.objects.filter(pk=id, user=request.user).end("signed_out"):
            raise Refused(404, "not_found")
        return Response(status=204)


class PasswordView(View):
    def post(self, request):
        data = self.read(PasswordChange, user=request.user)
        with limited(request.META["REMOTE_ADDR"], request.user.get_username()) as succeed:
            # The compared hash is that of `request.auth.user`; sessions.py checks that it is still stored.
            is_right = check_password(data["current_password"], request.auth.user.password)
            if not is_right or not sessions.change_password(request.auth, data["password"]):
                # Not 401: the session has not ended, and a client would refresh it.
                raise Refused(422, "invalid", fields={"current_password": ["is wrong"]})
            succeed()
        return Response(status=204)
