import type { Fixes } from './fixes.js'

/** Django REST framework, with simplejwt or dj-rest-auth. */
export const django: Fixes = {
  'sign-in.works': `path('api/v1/login', TokenObtainPairView.as_view()) # APPEND_SLASH cannot redirect a POST: use the same trailing / here and in the client`,
  'sign-in.grant': `return Response({'access_token': str(token), 'token_type': 'Bearer', 'expires_in': 900, 'user': UserSerializer(user).data})`,
  'sign-in.size': `class UserSerializer(ModelSerializer):
    class Meta: model = User; fields = ['id', 'name', 'role']`,
  'sign-in.refusal': `raise AuthenticationFailed() # 401; never Response({'error': …}) without a status`,
  'me.token': `REST_FRAMEWORK = {'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework_simplejwt.authentication.JWTAuthentication']}`,
  'me.cookie': `Remove SessionAuthentication from DEFAULT_AUTHENTICATION_CLASSES; dj-rest-auth: read only JWT_AUTH_REFRESH_COOKIE`,
  'sign-out.works': `path('api/v1/logout', TokenBlacklistView.as_view())`,
  'sign-out.revokes': `INSTALLED_APPS += ['rest_framework_simplejwt.token_blacklist']; RefreshToken(token).blacklist()`,
  'sign-out.access': `SIMPLE_JWT = {'ACCESS_TOKEN_LIFETIME': timedelta(minutes=5)} # or CHECK_REVOKE_TOKEN = True`,
  'sign-out.cookie': `response.delete_cookie('refresh_token', path='/api/v1', samesite='Lax') # the attributes that it was set with`,
  cookie: `response.set_cookie('refresh_token', token, httponly=True, secure=request.is_secure(), samesite='Lax',
                    path='/api/v1', max_age=30 * 86400) # dj-rest-auth: REST_AUTH['JWT_AUTH_HTTPONLY'] = True`,
  'cookie-cross-site': `response.set_cookie(…, samesite='None', secure=True) # or serve the API on the site of the page`,
  'cookie.domain': `Do not pass \`domain\` to set_cookie(…), and do not set SESSION_COOKIE_DOMAIN.`,
  'cookie.domain-foreign': `Do not pass \`domain\` to set_cookie(…), and do not set SESSION_COOKIE_DOMAIN.`,
  'cookie.prefix-broken': `response.set_cookie('__Host-refresh_token', token, secure=True, path='/', httponly=True, samesite='Lax')`,
  'cookie.prefix': `response.set_cookie('__Secure-refresh_token', token, secure=True, …)`,
  cors: `# settings.py, with django-cors-headers
MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware', *MIDDLEWARE]
CORS_ALLOWED_ORIGINS = ['https://app.example.com']
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [*default_headers, 'x-requested-with', 'x-csrf-token']
CORS_EXPOSE_HEADERS = ['Authorization', 'Retry-After', 'Date']; CORS_PREFLIGHT_MAX_AGE = 600`,
  'cors-exact': `CORS_ALLOWED_ORIGINS = ['https://app.example.com'] # do not use CORS_ALLOW_ALL_ORIGINS; begin a regex with ^ and end it with $`,
  'cors.errors': `Put CorsMiddleware first in MIDDLEWARE.`,
  'cors.vary': `CorsMiddleware sets Vary: Origin; use patch_vary_headers(response, […]), not response['Vary'] = ….`,
  'cors.preflight-status': `Put CorsMiddleware before CommonMiddleware, and before middleware that requires a user.`,
  'token.unsigned': `SIMPLE_JWT = {'ALGORITHM': 'HS256', 'SIGNING_KEY': SECRET_KEY}; jwt.decode(token, key, algorithms=['HS256'])`,
  'token-lifetime': `SIMPLE_JWT = {'ACCESS_TOKEN_LIFETIME': timedelta(minutes=15)}`,
  'token.expiry-contradicts': `'expires_in': int(token.lifetime.total_seconds())`,
  'token.secrets': `token['role'] = user.role # in get_token; never model_to_dict(user)`,
  'token.personal-data': `token['role'] = user.role # in get_token; no name, no email`,
  'one-token': `REST_AUTH = {'JWT_AUTH_HTTPONLY': True} # returns the refresh token only in the cookie`,
  'token.refresh-without-cookie': `REST_AUTH = {'USE_JWT': True, 'JWT_AUTH_REFRESH_COOKIE': 'refresh_token', 'JWT_AUTH_HTTPONLY': True}`,
  'token.scheme': `response['Authorization'] = f'Bearer {token}'`,
  'refresh.missing': `path('api/v1/refresh', TokenRefreshView.as_view()) # simplejwt, or dj-rest-auth's get_refresh_view()`,
  'refresh.works': `path('api/v1/refresh', get_refresh_view().as_view()) # authentication_classes = [], permission_classes = [AllowAny]`,
  'refresh.token': `return Response({'access_token': str(token), 'token_type': 'Bearer', 'expires_in': 900})`,
  rotation: `SIMPLE_JWT = {'ROTATE_REFRESH_TOKENS': True, 'BLACKLIST_AFTER_ROTATION': True}
INSTALLED_APPS += ['rest_framework_simplejwt.token_blacklist']`,
  grace: `# for 10 s, return the same successor again: a lost response then does not sign the user out
if spent_at and timezone.now() - spent_at < timedelta(seconds=10): return successor_of(token)`,
  'refresh.by-get': `http_method_names = ['post'] # in the view`,
  'refresh.refusal': `raise InvalidToken() # 401`,
  'csrf-header': `if 'X-Requested-With' not in request.headers: raise PermissionDenied() # in the views of sign-in, refresh, sign-out`,
  'csrf-origin': `if request.headers.get('Origin') not in (None, 'https://app.example.com'): raise PermissionDenied()`,
  unauthorized: `REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'], …}
# list JWTAuthentication first: the first class sets the status (SessionAuthentication: 403); do not use @login_required`,
  'answers.bad-token': `raise InvalidToken() # 401, in authenticate(); catch jwt.DecodeError`,
  'answers.www-authenticate': `def authenticate_header(self, request): return 'Bearer' # in the authentication class`,
  'answers.no-store': `@method_decorator(never_cache, name='dispatch') # on the views of sign-in and refresh`,
  'answers.public': `@cache_control(private=True, no_cache=True)`,
  'transport.http': `SECURE_SSL_REDIRECT = True; SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')`,
  'transport.hsts': `SECURE_HSTS_SECONDS = 31536000`,
  'limits.sign-in': `throttle_classes = [ScopedRateThrottle]; throttle_scope = 'login' # DEFAULT_THROTTLE_RATES = {'login': '10/min'}`,
  'limits.retry-after': `raise Throttled(wait=60) # sets Retry-After`,
}
