"""The common parts of all views: permissions, refusals, and how tokens are sent."""

from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from . import conf, refresh_token
from .access_token import SessionToken
from .authentication import SessionAuthentication
from .serializers import to_user

MAX_BODY = 16 * 1024


class Refused(exceptions.APIException):
    """`{ "error": code }`. Contract, 22."""

    def __init__(self, status_code, code, **more):
        super().__init__(code)
        self.status_code = status_code
        self.body = {"error": code, **more}


class BoundedJSONParser(JSONParser):
    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError() from None


class View(APIView):
    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [BoundedJSONParser]
    renderer_classes = [JSONRenderer]
    # Without the throttles of the project, which count requests and not failures.
    throttle_classes = []

    def initial(self, request, *args, **kwargs):
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            raise Refused(413, "bad_request")
        super().initial(request, *args, **kwargs)

    def get_exception_handler(self):
        return answer_refusal

    def finalize_response(self, *args, **kwargs):
        response = super().finalize_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def read(self, serializer, **context):
        found = serializer(data=self.request.data, context=context)
        if not found.is_valid():
            raise Refused(422, "invalid", fields=found.errors)
        return found.validated_data


class CookieView(View):
    """Reads the cookie, and therefore refuses requests that a page of another site can send. Contract, 25."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        origin = request.headers.get("Origin")
        if origin is not None and origin not in conf.allowed_origins():
            raise Refused(403, "origin")
        if not request.headers.get("X-Requested-With"):
            raise Refused(403, "csrf")

    def cookie(self):
        return self.request.COOKIES.get(conf.cookie_name(), "")

    def refresh_token(self):
        return refresh_token.read(self.cookie())

    def answer(self, grant, status=200):
        session = grant.session
        token = SessionToken.for_session(session)
        body = {"access_token": str(token), "token_type": "Bearer", "expires_in": token["exp"] - token["iat"]}
        response = Response({**body, "user": to_user(session.user)}, status=status)
        life = session.idle_expires_at - timezone.now()
        response.set_cookie(
            conf.cookie_name(), grant.token.text, max_age=life, httponly=True, **cookie_place(), secure=conf.is_secure()
        )
        return response


def cookie_place():
    return {"path": "/", "samesite": conf.get("SAME_SITE")}


def clear_cookie(response):
    # Django adds `Secure` because of the prefix of the name.
    response.delete_cookie(conf.cookie_name(), **cookie_place())
    return response


def device_of(request):
    agent = request.headers.get("User-Agent", "").replace("\0", "")
    # Headers may contain any bytes; a database accepts text only.
    agent = agent.encode("utf-8", "ignore").decode()
    return {"user_agent": agent[:255], "address": request.META.get("REMOTE_ADDR", "")[:64]}


def answer_refusal(error, _context):
    """The errors of REST framework, in the format of the contract."""
    if isinstance(error, Refused):
        return Response(error.body, status=error.status_code)
    if isinstance(error, Http404):
        return Response({"error": "not_found"}, status=404)
    if not isinstance(error, exceptions.APIException):
        return None
    response = Response({"error": code_of(error)}, status=error.status_code)
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))
    return response


def code_of(error):
    if isinstance(error, exceptions.NotAuthenticated):
        return "unauthorized"
    if isinstance(error, exceptions.AuthenticationFailed):
        return "invalid_token"
    codes = {403: "forbidden", 404: "not_found", 429: "too_many_attempts"}
    return codes.get(error.status_code, "bad_request")
