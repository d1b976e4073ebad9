import type { Fixes } from './fixes.js'

/** Flask and flask-jwt-extended. */
export const flask: Fixes = {
  'sign-in.works': `@app.post('/api/v1/login')`,
  'sign-in.grant': `return jsonify(access_token=create_access_token(str(user.id)), token_type='Bearer', expires_in=900, user=user.public())`,
  'sign-in.size': `return jsonify(user={'id': user.id, 'name': user.name, 'role': user.role})`,
  'sign-in.refusal': `return jsonify(error='credentials'), 401`,
  'me.token': `@jwt_required(locations=['headers'])`,
  'me.cookie': `@jwt_required(locations=['headers']) # use the cookie only with @jwt_required(refresh=True, locations=['cookies'])`,
  'sign-out.works': `@app.delete('/api/v1/logout')`,
  'sign-out.revokes': `@jwt_required(refresh=True, locations=['cookies'])
def logout(): blocklist.add(get_jwt()['jti']) # @jwt.token_in_blocklist_loader reads it; unset_jwt_cookies does not end the session`,
  'sign-out.access': `blocklist.add(get_jwt()['jti']) # also for the access token`,
  'sign-out.cookie': `unset_jwt_cookies(response) # or response.delete_cookie('refresh_token', path='/api/v1')`,
  cookie: `response.set_cookie('refresh_token', token, httponly=True, secure=request.is_secure, samesite='Lax',
                    path='/api/v1', max_age=30 * 86400) # JWT_COOKIE_SECURE, JWT_COOKIE_SAMESITE, JWT_REFRESH_COOKIE_PATH`,
  'cookie-cross-site': `app.config.update(JWT_COOKIE_SAMESITE='None', JWT_COOKIE_SECURE=True) # or serve the API on the site of the page`,
  'cookie.domain': `Do not pass \`domain\` to set_cookie(…), and do not set JWT_COOKIE_DOMAIN.`,
  'cookie.domain-foreign': `Do not pass \`domain\` to set_cookie(…), and do not set JWT_COOKIE_DOMAIN.`,
  'cookie.prefix-broken': `app.config.update(JWT_REFRESH_COOKIE_NAME='__Host-refresh', JWT_REFRESH_COOKIE_PATH='/', JWT_COOKIE_SECURE=True)`,
  'cookie.prefix': `app.config.update(JWT_REFRESH_COOKIE_NAME='__Secure-refresh', JWT_COOKIE_SECURE=True)`,
  cors: `# flask-cors
CORS(app, origins=['https://app.example.com'], supports_credentials=True, max_age=600,
     allow_headers=['Authorization', 'Content-Type', 'X-Requested-With', 'X-CSRF-Token'],
     expose_headers=['Authorization', 'Retry-After', 'Date'])`,
  'cors-exact': `CORS(app, origins=['https://app.example.com'], supports_credentials=True) # list complete origins; begin a regex with ^ and end it with $`,
  'cors.errors': `Use CORS(app, …) for the whole app instead of @cross_origin on routes, and return errors from @app.errorhandler.`,
  'cors.vary': `CORS(app, vary_header=True); use response.vary.add(…) instead of response.headers['Vary'] = ….`,
  'cors.preflight-status': `if request.method == 'OPTIONS': return # first line of each @app.before_request function that requires a user`,
  'token.unsigned': `app.config.update(JWT_ALGORITHM='HS256', JWT_SECRET_KEY=…); jwt.decode(token, key, algorithms=['HS256'])`,
  'token-lifetime': `app.config['JWT_ACCESS_TOKEN_EXPIRES'] = timedelta(minutes=15)`,
  'token.expiry-contradicts': `expires_in=int(app.config['JWT_ACCESS_TOKEN_EXPIRES'].total_seconds())`,
  'token.secrets': `create_access_token(str(user.id), additional_claims={'role': user.role}) # never vars(user)`,
  'token.personal-data': `create_access_token(str(user.id), additional_claims={'role': user.role})`,
  'one-token': `return jsonify(access_token=token, expires_in=900) # do not return refresh_token: it is in the cookie`,
  'token.refresh-without-cookie': `set_refresh_cookies(response, create_refresh_token(str(user.id)))`,
  'token.scheme': `response.headers['Authorization'] = f'Bearer {token}'`,
  'refresh.missing': `set_refresh_cookies(response, create_refresh_token(str(user.id))), and @jwt_required(refresh=True, locations=['cookies'])`,
  'refresh.works': `@app.post('/api/v1/refresh')
@jwt_required(refresh=True, locations=['cookies']) # require only the cookie, no access token and no body`,
  'refresh.token': `return jsonify(access_token=create_access_token(get_jwt_identity()), token_type='Bearer', expires_in=900)`,
  rotation: `blocklist.add(get_jwt()['jti']) # in POST /refresh
set_refresh_cookies(response, create_refresh_token(get_jwt_identity())) # if a spent token is used again, end its family`,
  grace: `# for 10 s, return the same successor again: a lost response then does not sign the user out
if spent_at and now - spent_at < timedelta(seconds=10): return successor_of(jti)`,
  'refresh.by-get': `@app.post('/refresh') # do not use methods=['GET', 'POST']`,
  'refresh.refusal': `return jsonify(error='unknown'), 401 # in @jwt.invalid_token_loader; without it, the status is 422`,
  'csrf-header': `@app.before_request
def csrf(): # for cookies of flask-jwt-extended, JWT_COOKIE_CSRF_PROTECT does this
    if request.path in AUTH_PATHS and 'X-Requested-With' not in request.headers: abort(403)`,
  'csrf-origin': `if request.headers.get('Origin') not in (None, 'https://app.example.com'): abort(403)`,
  unauthorized: `@login_manager.unauthorized_handler
def unauthorized(): return jsonify(error='unauthorized'), 401, {'WWW-Authenticate': 'Bearer'} # do not use redirect(url_for('login'))`,
  'answers.bad-token': `@jwt.invalid_token_loader
def invalid(reason): return jsonify(error=reason), 401 # without this, the status is 422`,
  'answers.www-authenticate': `@jwt.unauthorized_loader
def missing(reason): return jsonify(error=reason), 401, {'WWW-Authenticate': 'Bearer'}`,
  'answers.no-store': `response.headers['Cache-Control'] = 'no-store' # in sign-in and refresh`,
  'answers.public': `response.cache_control.private = True; response.cache_control.no_cache = True`,
  'transport.http': `Put an https proxy in front of the API, and set app.wsgi_app = ProxyFix(app.wsgi_app)`,
  'transport.hsts': `Talisman(app, strict_transport_security_max_age=31536000)`,
  'limits.sign-in': `@limiter.limit('10/minute') # flask-limiter`,
  'limits.retry-after': `app.config['RATELIMIT_HEADERS_ENABLED'] = True # flask-limiter`,
}
