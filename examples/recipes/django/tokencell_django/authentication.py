from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from .access_token import SessionToken
from .models import Session


class SessionAuthentication(JWTAuthentication):
    """
    For your views: `request.user` is the user, `request.auth` is the session. A token is valid until its session ends or its
    user is deactivated, so a sign-out takes effect with the next request. Contract, 2.
    """

    def authenticate(self, request):
        text = self.bearer_of(request)
        if text is None:
            return None
        try:
            token = SessionToken(text)
        except TokenError:
            raise InvalidToken() from None
        session = Session.objects.select_related("user").filter(pk=token["sid"]).first()
        if not session or not session.is_alive() or not session.user.is_active:
            raise InvalidToken()
        return session.user, session

    def bearer_of(self, request):
        header = self.get_header(request)
        return self.get_raw_token(header) if header is not None else None

    def authenticate_header(self, request):
        return 'Bearer error="invalid_token"' if "Authorization" in request.headers else "Bearer"
