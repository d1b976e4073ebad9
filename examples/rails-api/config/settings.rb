require "securerandom"

# Every knob, read from the environment once; README.md says what each does. A wrong value ends the start, with a
# sentence that says which and what would be right.
module Settings
  class << self
    attr_reader :access_ttl, :refresh_ttl, :reuse_grace, :token_in, :jwt_secrets, :secret_key_base,
                :cors_origins, :same_site, :login_limit, :refresh_limit, :limit_period

    def load(env)
      @env = env
      @access_ttl = seconds("API_ACCESS_TTL", 900, above: 0)
      @refresh_ttl = seconds("API_REFRESH_TTL", 30 * 24 * 60 * 60, above: 0)
      @reuse_grace = seconds("API_REUSE_GRACE", 10, above: -1)
      @token_in = one_of("API_TOKEN_IN", "header", "body")
      @same_site = one_of("API_SAME_SITE", "lax", "strict", "none").to_sym
      @login_limit = seconds("API_LOGIN_LIMIT", 20, above: 0)
      @refresh_limit = seconds("API_REFRESH_LIMIT", 120, above: 0)
      @limit_period = seconds("API_LIMIT_PERIOD", 60, above: 0)
      @cors_origins = origins("API_CORS_ORIGINS")
      @jwt_secrets = secrets("API_JWT_SECRETS")
      @secret_key_base = secrets("SECRET_KEY_BASE").first
    end

    private

    def read(name) = @env[name].to_s.strip.presence

    # A whole number stays one, and with it the times in the tokens.
    def seconds(name, default, above:)
      text = read(name) or return default
      number = Integer(text, exception: false) || Float(text, exception: false)
      return number if number&.finite? && number > above
      abort "#{name} must be a number#{above.zero? ? " above 0" : ", 0 or more"}, not #{text.inspect}"
    end

    def one_of(name, *choices)
      text = read(name) || choices.first
      choices.include?(text) ? text : abort("#{name} must be #{choices.join(" or ")}, not #{text.inspect}")
    end

    def list(name) = read(name).to_s.split(",").map(&:strip)

    def origins(name)
      wrong = list(name).grep_v(%r{\Ahttps?://[^/\s*]+\z}).first or return list(name)
      abort "#{name} must be exact origins, such as https://app.example.com, separated by commas, not #{wrong.inspect}"
    end

    def secrets(name)
      short = list(name).any? { |secret| secret.size < 32 }
      # Not a word of the value: this is printed.
      abort "#{name} has a secret of fewer than 32 characters: make one with openssl rand -hex 32" if short
      return list(name) if list(name).any?
      warn "#{name} is not set: what is signed with it ends with this process"
      [SecureRandom.hex(32)]
    end
  end
end
