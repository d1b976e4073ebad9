export const rails = {
  'sign-in.works': `post '/api/v1/login', to: 'sessions#create'`,
  'sign-in.grant': `render json: { access_token: token, token_type: 'Bearer', expires_in: 900, user: user }`,
  'sign-in.size': `render json: { user: user.as_json(only: %i[id name role]) }`,
  'sign-in.refusal': `render json: { error: 'credentials' }, status: :unauthorized`,
  'me.token': `before_action :authenticate_user! # reads Authorization: Bearer …`,
  'me.cookie': `Authenticate resources only with the Authorization header: config.skip_session_storage = [:http_auth, :jwt]`,
  'sign-out.works': `delete '/api/v1/logout', to: 'sessions#destroy'`,
  'sign-out.revokes': `RefreshToken.find_by(digest: …)&.family&.revoke!`,
  'sign-out.access': `include Devise::JWT::RevocationStrategies::JTIMatcher
devise :jwt_authenticatable, jwt_revocation_strategy: self`,
  'sign-out.cookie': `cookies.delete(:refresh_token, path: '/api/v1') # the path and domain that it was set with`,
  cookie: `cookies[:refresh_token] = { value: token, httponly: true, secure: request.ssl?, same_site: :lax,
                            path: '/api/v1', expires: 30.days }`,
  'cookie-cross-site': `cookies[:refresh_token] = { …, same_site: :none, secure: true } # or serve the API on the site of the page`,
  'cookie.domain': `Do not set \`domain:\` in cookies[…] and in config.session_store.`,
  'cookie.domain-foreign': `Do not set \`domain:\` in cookies[…].`,
  'cookie.prefix-broken': `cookies['__Host-refresh_token'] = { value: token, secure: true, path: '/', httponly: true, same_site: :lax }`,
  'cookie.prefix': `cookies['__Secure-refresh_token'] = { …, secure: true }`,
  cors: `# config/initializers/cors.rb
Rails.application.config.middleware.insert_before 0, Rack::Cors do
  allow do
    origins 'https://app.example.com'
    resource '/api/*', credentials: true, max_age: 600, methods: %i[get post put patch delete options],
             headers: %w[Authorization Content-Type X-Requested-With X-CSRF-Token],
             expose: %w[Authorization Retry-After Date]
  end
end`,
  'cors-exact': `origins 'https://app.example.com' # list complete origins, never '*' or 'null'; begin a regexp with \\A and end it with \\z`,
  'cors.errors': `Put Rack::Cors first, before Warden and Rack::Attack: \`config.middleware.insert_before 0, Rack::Cors\`.`,
  'cors.vary': `Rack::Cors sets Vary: Origin; do not overwrite it.`,
  'cors.preflight-status': `Put Rack::Cors before authentication: \`config.middleware.insert_before 0, Rack::Cors\`.`,
  'token.unsigned': `JWT.encode(payload, secret, 'HS256'); JWT.decode(token, secret, true, algorithms: ['HS256'])`,
  'token-lifetime': `config.jwt { |jwt| jwt.expiration_time = 15.minutes.to_i } # devise-jwt; others: exp: 15.minutes.from_now.to_i`,
  'token.expiry-contradicts': `expires_in: payload['exp'] - Time.now.to_i`,
  'token.secrets': `def jwt_payload = { 'role' => role } # do not use attributes or as_json`,
  'token.personal-data': `def jwt_payload = { 'role' => role }`,
  'one-token': `Keep the Authorization header of devise-jwt, and return only the user in the body: render json: { user: user.as_json(only: %i[id name]) }`,
  'token.refresh-without-cookie': `cookies['refresh_token'] = { value: token, httponly: true, secure: request.ssl?, same_site: :lax, path: '/api/v1' }`,
  'token.scheme': `response.set_header('Authorization', "Bearer #{token}")`,
  'refresh.missing': `Add your own refresh token in an HttpOnly cookie: devise-jwt has no refresh tokens. See examples/rails-api.`,
  'refresh.works': `post '/api/v1/refresh', to: 'tokens#refresh' # require only the cookie, no access token and no body`,
  'refresh.token': `render json: { access_token: token, token_type: 'Bearer', expires_in: 900 }`,
  rotation: `token = RefreshToken.find_by!(digest: Digest::SHA256.hexdigest(cookies[:refresh_token]))
token.with_lock { token.spent_at ? token.family.revoke! : token.update!(spent_at: Time.current) }
# then issue a successor in the same family, and set it as the cookie`,
  grace: `# for 10 s, return the same successor again: a lost response then does not sign the user out
return successor_of(token) if token.spent_at && token.spent_at > 10.seconds.ago`,
  'refresh.by-get': `post '/refresh', to: 'tokens#refresh' # do not use match or via: :all`,
  'refresh.refusal': `render json: { error: 'unknown' }, status: :unauthorized`,
  'csrf-header': `before_action do # in the controller of sign-in, refresh and sign-out
  head :forbidden unless request.headers['X-Requested-With'].present?
end`,
  'csrf-origin': `before_action do
  head :forbidden unless [nil, request.base_url, 'https://app.example.com'].include?(request.origin)
end`,
  unauthorized: `config.navigational_formats = [] # config/initializers/devise.rb`,
  'answers.bad-token': `rescue_from JWT::DecodeError, with: -> { head :unauthorized }`,
  'answers.www-authenticate': `response.set_header('WWW-Authenticate', 'Bearer')`,
  'answers.no-store': `response.set_header('Cache-Control', 'no-store') # in the controller of sign-in and refresh`,
  'answers.public': `expires_in 0, public: false`,
  'transport.http': `config.force_ssl = true`,
  'transport.hsts': `config.force_ssl = true # sends Strict-Transport-Security`,
  'limits.sign-in': `Rack::Attack.throttle('login', limit: 10, period: 60) { |req| req.ip if req.path == '/api/v1/login' && req.post? }`,
  'limits.retry-after': `Rack::Attack.throttled_responder = ->(req) { [429, { 'Retry-After' => '60' }, ['']] }`,
}
