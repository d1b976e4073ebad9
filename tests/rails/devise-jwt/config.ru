# Devise and devise-jwt with one of its revocation strategies, with the defaults of both.
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_mailer/railtie"
require "action_cable/engine"
require_relative "gem"
require "devise/orm/active_record"
require "rack/cors"

class App < Rails::Application
  config.root = __dir__
  config.load_defaults 6.1
  config.api_only = true
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = "x" * 64
  config.logger = Logger.new($stdout, level: :warn)
  config.action_cable.mount_path = "/cable"
  config.action_cable.allowed_request_origins = ENV["API_CORS_ORIGINS"].to_s.split(",")
  config.middleware.use Devise::JWT::Middleware
  config.middleware.insert_before 0, Rack::Cors do
    allow { origins(*ENV["API_CORS_ORIGINS"].to_s.split(",")); resource "*", headers: :any, methods: :any, expose: %w[Authorization] }
  end
end

Devise.setup do |config|
  config.navigational_formats = []
  config.skip_session_storage = %i[http_auth params_auth]
  config.stretches = 1
  config.jwt do |jwt|
    jwt.secret = "s" * 64
    jwt.expiration_time = 900
    jwt.dispatch_requests = [["POST", %r{\A/users/sign_in\z}]]
    jwt.revocation_requests = [["DELETE", %r{\A/users/sign_out\z}]]
  end
end

class JwtDenylist < ActiveRecord::Base
  include Devise::JWT::RevocationStrategies::Denylist
end
class AllowlistedJwt < ActiveRecord::Base
end
class User < ActiveRecord::Base
  strategy = ENV.fetch("STRATEGY")
  include Devise::JWT::RevocationStrategies.const_get(strategy) unless strategy == "Denylist"
  devise :database_authenticatable, :jwt_authenticatable,
         jwt_revocation_strategy: strategy == "Denylist" ? JwtDenylist : self
end

ENV["DATABASE_URL"] = "sqlite3::memory:?pool=1&idle_timeout=0"
App.initialize!
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table(:users) { |t| t.string :email; t.string :encrypted_password; t.string :jti }
  create_table(:jwt_denylists) { |t| t.string :jti, index: true; t.datetime :exp }
  create_table(:allowlisted_jwts) { |t| t.references :user; t.string :jti, index: true; t.datetime :exp }
  create_table(:cable_tickets) { |t| t.references :user; t.string :digest, index: { unique: true }; t.datetime :expires_at }
end

class ApplicationController < ActionController::API
end
class SignInsController < Devise::SessionsController
  respond_to :json
  wrap_parameters :user, format: :json, include: %i[email password]
  private
  def respond_with(user, *) = render(json: { id: user.id, email: user.email })
  def respond_to_on_destroy(**) = head(:no_content)
end
class MeController < ApplicationController
  before_action :authenticate_user!
  def show = render(json: current_user)
end
require_relative "cable"

%w[ada bob].each { |name| User.create!(email: "#{name}@example.com", password: "correct horse") }
ActiveRecord::Base.connection_handler.clear_active_connections!
run App
