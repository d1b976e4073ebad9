require "devise"
require "jwt"

# A replacement for the gem devise-jwt, which Debian does not package: the same names, with dispatch and revocation as in its
# documentation and source (devise-jwt 0.12, warden-jwt_auth 0.10).
module Devise
  def self.jwt = yield(JWT.config)

  module JWT
    Config = Struct.new(:secret, :dispatch_requests, :revocation_requests, :expiration_time)
    TOKEN = "warden-jwt_auth.token"

    class << self
      def config = @config ||= Config.new
      def matches?(requests, env) = requests.any? { |method, path| env["REQUEST_METHOD"] == method && path.match?(env["PATH_INFO"]) }
      def from(env) = env["HTTP_AUTHORIZATION"].to_s[/\ABearer (\S+)\z/, 1]
      def decode(token) = ::JWT.decode(token, config.secret, true, algorithm: "HS256").first

      # The `jti` is random unless the model sets it.
      def dispatch(user, scope, env)
        now = Time.now.to_i
        claims = { "jti" => SecureRandom.uuid, **user.jwt_payload }
        claims.update("sub" => user.id.to_s, "scp" => scope.to_s, "aud" => nil, "iat" => now, "exp" => now + config.expiration_time)
        user.on_jwt_dispatch(nil, claims) if user.respond_to?(:on_jwt_dispatch)
        env[TOKEN] = ::JWT.encode(claims, config.secret, "HS256")
      end
    end

    class Strategy < Warden::Strategies::Base
      def valid? = !JWT.from(env).nil?
      def store? = false

      def authenticate!
        claims = JWT.decode(JWT.from(env))
        user = Devise.mappings[scope].to.find_by(id: claims["sub"])
        user && !user.class.jwt_revocation_strategy.jwt_revoked?(claims, user) ? success!(user) : fail!("revoked token")
      rescue ::JWT::DecodeError => error
        fail!(error.message)
      end
    end

    class Middleware
      def initialize(app) = @app = app

      def call(env)
        status, headers, body = @app.call(env)
        headers["Authorization"] = "Bearer #{env[TOKEN]}" if env[TOKEN]
        revoke(JWT.from(env)) if JWT.from(env) && JWT.matches?(JWT.config.revocation_requests, env)
        [status, headers, body]
      end

      private

      # An expired token revokes nothing. A malformed token causes a 500.
      def revoke(token)
        claims = JWT.decode(token)
        user = Devise.mappings[claims["scp"].to_sym].to.find_by(id: claims["sub"])
        user.class.jwt_revocation_strategy.revoke_jwt(claims, user)
      rescue ::JWT::ExpiredSignature
        nil
      end
    end

    module RevocationStrategies
      # One `jti` per user: a new `jti` revokes every token of the user.
      module JTIMatcher
        extend ActiveSupport::Concern
        included { before_create { self.jti = SecureRandom.uuid } }
        class_methods do
          def jwt_revoked?(claims, user) = claims["jti"] != user.jti
          def revoke_jwt(_claims, user) = user.update_column(:jti, SecureRandom.uuid)
        end
        def jwt_payload = { "jti" => jti }
      end

      # A table of the refused tokens.
      module Denylist
        extend ActiveSupport::Concern
        class_methods do
          def jwt_revoked?(claims, _user) = exists?(jti: claims["jti"])
          def revoke_jwt(claims, _user) = find_or_create_by!(jti: claims["jti"], exp: Time.at(claims["exp"]))
        end
      end

      # A table of the accepted tokens.
      module Allowlist
        extend ActiveSupport::Concern
        included { has_many :allowlisted_jwts, dependent: :destroy }
        class_methods do
          def jwt_revoked?(claims, user) = !user.allowlisted_jwts.exists?(jti: claims["jti"])
          def revoke_jwt(claims, user) = user.allowlisted_jwts.where(jti: claims["jti"]).destroy_all
        end
        def on_jwt_dispatch(_token, claims) = allowlisted_jwts.create!(jti: claims["jti"], exp: Time.at(claims["exp"]))
      end
    end
  end

  module Models
    module JwtAuthenticatable
      extend ActiveSupport::Concern
      module ClassMethods
        Devise::Models.config(self, :jwt_revocation_strategy)
      end
      def jwt_payload = defined?(super) ? super : {}
    end
  end

  add_module :jwt_authenticatable, strategy: :jwt
end

Warden::Strategies.add(:jwt, Devise::JWT::Strategy)
Warden::Manager.after_set_user do |user, warden, options|
  Devise::JWT.dispatch(user, options[:scope], warden.env) if Devise::JWT.matches?(Devise::JWT.config.dispatch_requests, warden.env)
end
