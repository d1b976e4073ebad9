require "devise"
require "jwt"

# The gem devise-jwt, as far as it is used here: by its names, and with its answers. Where you have the gem, delete this
# file; `rotation_secrets`, which it has no list of, is then the one `rotation_secret`.
module Devise
  def self.jwt = yield(JWT.config)

  module JWT
    Config = Struct.new(:secret, :rotation_secrets, :expiration_time, :dispatch_requests)
    # Where the gem, too, leaves the token between issuing and sending it.
    TOKEN = "warden-jwt_auth.token"

    class << self
      def config = @config ||= Config.new

      def encode(user, scope, audience)
        life = config.expiration_time
        # Whole seconds, as is usual, unless a life with a fraction asks for more.
        now = life.is_a?(Integer) ? Time.now.to_i : Time.now.to_f.round(3)
        claims = { "sub" => user.id.to_s, "scp" => scope.to_s, "aud" => audience, "iat" => now, "exp" => now + life }
        ::JWT.encode(user.jwt_payload.merge(claims), config.secret, "HS256")
      end

      def decode(token)
        secrets = [config.secret, *config.rotation_secrets]
        claims, = ::JWT.decode(token, nil, true, algorithm: "HS256", verify_expiration: false) { |_header| secrets }
        # Compared here, for ::JWT compares whole seconds.
        raise ::JWT::ExpiredSignature, "Signature has expired" unless claims["exp"].to_f > Time.now.to_f
        claims
      end
    end

    # Knows a user by the token in `Authorization`.
    class Strategy < Warden::Strategies::Base
      def valid? = !token.nil?
      def store? = false

      def authenticate!
        claims = JWT.decode(token)
        user = Devise.mappings[scope].to.find_by(id: claims["sub"])
        if claims["scp"] != scope.to_s then fail!("wrong scope")
        elsif claims["aud"] != env["HTTP_JWT_AUD"] then fail!("wrong aud")
        elsif user.nil? then fail!("nil user")
        elsif user.class.jwt_revocation_strategy.jwt_revoked?(claims, user) then fail!("revoked token")
        else success!(user)
        end
      rescue ::JWT::DecodeError => error
        fail!(error.message)
      end

      private

      def token = env["HTTP_AUTHORIZATION"].to_s[/\ABearer (\S+)\z/, 1]
    end

    # Sends what was issued in the `Authorization` header of the answer.
    class Dispatcher
      def initialize(app) = @app = app

      def call(env)
        status, headers, body = @app.call(env)
        headers["Authorization"] = "Bearer #{env[TOKEN]}" if env[TOKEN]
        [status, headers, body]
      end
    end

    class Railtie < ::Rails::Railtie
      config.app_middleware.use Dispatcher
    end

    module RevocationStrategies
      # One `jti` per user, in a column of that name: a new one revokes every token there is.
      module JTIMatcher
        extend ActiveSupport::Concern

        included { before_create { self.jti ||= self.class.generate_jti } }

        class_methods do
          def generate_jti = SecureRandom.uuid
          def jwt_revoked?(claims, user) = claims["jti"] != user.jti
          def revoke_jwt(_claims, user) = user.update_column(:jti, generate_jti)
        end

        def jwt_payload = { "jti" => jti }
      end
    end
  end

  module Models
    module JwtAuthenticatable
      module ClassMethods
        Devise::Models.config(self, :jwt_revocation_strategy)
      end
      extend ActiveSupport::Concern
    end
  end

  add_module :jwt_authenticatable, strategy: :jwt
end

Warden::Strategies.add(:jwt, Devise::JWT::Strategy)

Warden::Manager.after_set_user(except: :fetch) do |user, warden, options|
  env = warden.env
  issues = Devise::JWT.config.dispatch_requests.any? do |method, path|
    env["REQUEST_METHOD"] == method && path.match?(env["PATH_INFO"])
  end
  env[Devise::JWT::TOKEN] = Devise::JWT.encode(user, options[:scope], env["HTTP_JWT_AUD"]) if issues
end
