import type { Fixes } from './fixes.js'

/** Flask and flask-jwt-extended. */
export const flask: Fixes = {
  'sign-in.works': `@app.post('/api/v1/login')`,
  'sign-in.grant': `return jsonify(access_token=create_access_token(str(user.id)), token_type='Bearer', expires_in=900, user=user.public())`,
  'sign-in.size': `return jsonify(user={'id': user.id, 'name': user.name, 'role': user.role})`,
  'sign-in.refusal': `return jsonify(error='credentials'), 401`,
  'me.token': `@jwt_required(locations=['headers'])`,
  'me.cookie': `@jwt_required(locations=['headers']) # the cookie for @jwt_required(refresh=True, locations=['cookies']) alone`,
  'sign-out.works': `@app.delete('/api/v1/logout')`,
  'sign-out.revokes': `@jwt_required(refresh=True, locations=['cookies'])
def logout(): blocklist.add(get_jwt()['jti']) # read by @jwt.token_in_blocklist_loader; unset_jwt_cookies alone ends nothing`,
  'sign-out.access': `blocklist.add(get_jwt()['jti']) # of the access token, too`,
  'sign-out.cookie': `unset_jwt_cookies(response) # or response.delete_cookie('refresh_token', path='/api/v1')`,
  cookie: `response.set_cookie('refresh_token', token, httponly=True, secure=request.is_secure, samesite='Lax',
                    path='/api/v1', max_age=30 * 86400) # JWT_COOKIE_SECURE, JWT_COOKIE_SAMESITE, JWT_REFRESH_COOKIE_PATH`,
  'cookie-cross-site': `app.config.update(JWT_COOKIE_SAMESITE='None', JWT_COOKIE_SECURE=True) # or put the API on the page's site`,
  'cookie.domain': `Leave \`domain\` out of set_cookie(…), and JWT_COOKIE_DOMAIN unset.`,
  'cookie.domain-foreign': `Leave \`domain\` out of set_cookie(…), and JWT_COOKIE_DOMAIN unset.`,
  'cookie.prefix-broken': `app.config.update(JWT_REFRESH_COOKIE_NAME='__Host-refresh', JWT_REFRESH_COOKIE_PATH='/', JWT_COOKIE_SECURE=True)`,
  'cookie.prefix': `app.config.update(JWT_REFRESH_COOKIE_NAME='__Secure-refresh', JWT_COOKIE_SECURE=True)`,
  cors: `# flask-cors
CORS(app, origins=['https://app.example.com'], supports_credentials=True, max_age=600,
     allow_headers=['Authorization', 'Content-Type', 'X-Requested-With', 'X-CSRF-Token'],
     expose_headers=['Authorization', 'Retry-After', 'Date'])`,
  'cors-exact': `CORS(app, origins=['https://app.example.com'], supports_credentials=True) # whole origins; a regex needs ^ and $`,
  'cors.errors': `CORS(app, …) on the whole app, not @cross_origin on routes; return errors from @app.errorhandler.`,
  'cors.vary': `CORS(app, vary_header=True); response.vary.add(…), not response.headers['Vary'] = ….`,
  'cors.preflight-status': `if request.method == 'OPTIONS': return # first in @app.before_request functions that ask for a user`,
  'token.unsigned': `app.config.update(JWT_ALGORITHM='HS256', JWT_SECRET_KEY=…); jwt.decode(token, key, algorithms=['HS256'])`,
  'token-lifetime': `app.config['JWT_ACCESS_TOKEN_EXPIRES'] = timedelta(minutes=15)`,
  'token.expiry-contradicts': `expires_in=int(app.config['JWT_ACCESS_TOKEN_EXPIRES'].total_seconds())`,
  'token.secrets': `create_access_token(str(user.id), additional_claims={'role': user.role}) # never vars(user)`,
  'token.personal-data': `create_access_token(str(user.id), additional_claims={'role': user.role})`,
  'one-token': `return jsonify(access_token=token, expires_in=900) # and no refresh_token, which the cookie has`,
  'token.refresh-without-cookie': `set_refresh_cookies(response, create_refresh_token(str(user.id)))`,
  'token.scheme': `response.headers['Authorization'] = f'Bearer {token}'`,
  'refresh.missing': `set_refresh_cookies(response, create_refresh_token(str(user.id))), and @jwt_required(refresh=True, locations=['cookies'])`,
  'refresh.works': `@app.post('/api/v1/refresh')
@jwt_required(refresh=True, locations=['cookies']) # with the cookie alone: no access token, no body`,
  'refresh.token': `return jsonify(access_token=create_access_token(get_jwt_identity()), token_type='Bearer', expires_in=900)`,
  rotation: `blocklist.add(get_jwt()['jti']) # in POST /refresh
set_refresh_cookies(response, create_refresh_token(get_jwt_identity())) # a spent one that comes back ends the family`,
  grace: `# within ten seconds the same successor again, so that a lost answer signs nobody out
if spent_at and now - spent_at < timedelta(seconds=10): return successor_of(jti)`,
  'refresh.by-get': `@app.post('/refresh') # not methods=['GET', 'POST']`,
  'refresh.refusal': `return jsonify(error='unknown'), 401 # @jwt.invalid_token_loader: 422 for such a token otherwise`,
  'csrf-header': `@app.before_request
def csrf(): # JWT_COOKIE_CSRF_PROTECT does it for cookies of flask-jwt-extended
    if request.path in AUTH_PATHS and 'X-Requested-With' not in request.headers: abort(403)`,
  'csrf-origin': `if request.headers.get('Origin') not in (None, 'https://app.example.com'): abort(403)`,
  unauthorized: `@login_manager.unauthorized_handler
def unauthorized(): return jsonify(error='unauthorized'), 401, {'WWW-Authenticate': 'Bearer'} # no redirect(url_for('login'))`,
  'answers.bad-token': `@jwt.invalid_token_loader
def invalid(reason): return jsonify(error=reason), 401 # 422 otherwise`,
  'answers.www-authenticate': `@jwt.unauthorized_loader
def missing(reason): return jsonify(error=reason), 401, {'WWW-Authenticate': 'Bearer'}`,
  'answers.no-store': `response.headers['Cache-Control'] = 'no-store' # in sign-in and refresh`,
  'answers.public': `response.cache_control.private = True; response.cache_control.no_cache = True`,
  'transport.http': `Put a proxy in front that speaks https, and app.wsgi_app = ProxyFix(app.wsgi_app)`,
  'transport.hsts': `Talisman(app, strict_transport_security_max_age=31536000)`,
  'limits.sign-in': `@limiter.limit('10/minute') # flask-limiter`,
  'limits.retry-after': `app.config['RATELIMIT_HEADERS_ENABLED'] = True # flask-limiter`,
}
