Devise.setup do |config|
  config.secret_key = Settings.secret_key_base
  # There is no page to be led to: every refusal is a 401.
  config.navigational_formats = []
  # No session: who is asking is said by each request.
  config.skip_session_storage = %i[http_auth params_auth]
  # One answer, after one time, for a wrong password and for nobody's e-mail.
  config.paranoid = true
  config.case_insensitive_keys = config.strip_whitespace_keys = [:email]
  config.stretches = 12
  config.password_length = 8..72

  config.jwt do |jwt|
    jwt.secret, *jwt.rotation_secrets = Settings.jwt_secrets
    jwt.expiration_time = Settings.access_ttl
    jwt.dispatch_requests = %w[signup login refresh].map { |path| ["POST", %r{\A/api/v1/#{path}\z}] }
  end
end
