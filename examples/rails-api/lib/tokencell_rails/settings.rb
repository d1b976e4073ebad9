require "ipaddr"
require "securerandom"

module TokencellRails
  # All settings, read from the environment once; README.md lists them. With a wrong value, the start fails with a message
  # that names the setting and the allowed values.
  class Settings
    attr_reader :access_ttl, :refresh_ttl, :idle_ttl, :reuse_grace, :token_in, :issuer, :jwt_keys, :refresh_keys,
                :cors_origins, :path, :same_site, :trusted_proxies, :limits, :limit_period

    def initialize(env, production:)
      @env = env
      @production = production
      @access_ttl = number("API_ACCESS_TTL", 900, above: 0)
      @refresh_ttl = number("API_REFRESH_TTL", 30 * 24 * 60 * 60, above: 0)
      @idle_ttl = number("API_IDLE_TTL", 14 * 24 * 60 * 60, above: 0)
      @reuse_grace = number("API_REUSE_GRACE", 10, above: -1)
      @token_in = one_of("API_TOKEN_IN", "header", "body")
      @issuer = read("API_ISSUER") || "api"
      @same_site = one_of("API_SAME_SITE", "lax", "strict", "none").to_sym
      @sign_up = one_of("API_SIGN_UP", "off", "on")
      @cors_origins = origins("API_CORS_ORIGINS")
      @path = read("API_PATH") || "/api/"
      @trusted_proxies = networks("API_TRUSTED_PROXIES", "127.0.0.0/8,::1")
      read_limits
      @jwt_keys = keys("API_JWT_SECRETS")
      @refresh_keys = keys("API_REFRESH_SECRETS")
    end

    def sign_up? = @sign_up == "on"

    # The requirements for the application in production. Not checked in a build without secrets (`assets:precompile` in a
    # Dockerfile).
    def check_production(app)
      return if !@production || building?
      abort "config.force_ssl must be true in production: the refresh cookie is sent over TLS only" unless app.config.force_ssl
      abort "config.hosts must list the hosts of this API in production" if app.config.hosts.blank?
    end

    # For Rack::Cors.
    def allow_origins(cors)
      settings = self
      cors.allow do
        origins(*settings.cors_origins)
        resource "#{settings.path}*",
                 methods: %i[get post put patch delete],
                 headers: %w[Authorization Content-Type X-Requested-With],
                 expose: %w[Authorization Retry-After Date X-Request-Id],
                 credentials: true,
                 max_age: 600
      end
    end

    private

    def building? = @env["SECRET_KEY_BASE_DUMMY"].present?
    def read(name) = @env[name].to_s.strip.presence
    def list(name, default = nil) = (read(name) || default).to_s.split(",").map(&:strip)

    def read_limits
      @limit_period = number("API_LIMIT_PERIOD", 60, above: 0)
      @limits = {
        address: number("API_LOGIN_LIMIT", 20, above: 0),
        account: number("API_ACCOUNT_LIMIT", 5, above: 0),
        sign_up: number("API_SIGN_UP_LIMIT", 20, above: 0),
        refresh: number("API_REFRESH_LIMIT", 120, above: 0),
      }
    end

    # A whole number stays an integer, and so do the times in the tokens.
    def number(name, default, above:)
      text = read(name) or return default
      number = Integer(text, exception: false) || Float(text, exception: false)
      return number if number&.finite? && number > above
      abort "#{name} must be a number#{above.zero? ? " above 0" : ", 0 or more"}, not #{text.inspect}"
    end

    def one_of(name, *choices)
      text = read(name) || choices.first
      choices.include?(text) ? text : abort("#{name} must be #{choices.join(" or ")}, not #{text.inspect}")
    end

    def origins(name)
      wrong = list(name).grep_v(%r{\Ahttps?://[^/\s*]+\z}).first or return list(name)
      abort "#{name} must be exact origins, such as https://app.example.com, separated by commas, not #{wrong.inspect}"
    end

    def networks(name, default)
      return [] if read(name) == "none"
      list(name, default).map do |text|
        IPAddr.new(text)
      rescue IPAddr::Error
        abort "#{name} must be addresses or networks, such as 10.0.0.0/8, separated by commas, or none, not #{text.inspect}"
      end
    end

    # The values are never printed.
    def keys(name)
      secrets = list(name)
      short = secrets.any? { |secret| secret.size < 32 }
      abort "#{name} has a secret of fewer than 32 characters: make one with openssl rand -hex 32" if short
      if secrets.empty?
        abort "#{name} must be set in production: make a secret with openssl rand -hex 32" if @production && !building?
        warn "#{name} is not set: sessions end with this process"
        secrets = [SecureRandom.hex(32)]
      end
      Keys.new(secrets)
    end
  end
end
