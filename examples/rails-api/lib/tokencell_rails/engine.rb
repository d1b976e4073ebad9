require "rails"
require "devise"
require "jwt"
require "rack/cors"

# Sessions for an API with Devise. README.md explains how to mount it; docs/contract.md lists its rules and their reasons.
module TokencellRails
  # The Devise model that signs in. Set it in config/application.rb if it has another name.
  mattr_accessor :user_class_name, default: "User"
  mattr_accessor :settings

  def self.user_class = user_class_name.constantize
  # The name that Devise uses: `user` in `authenticate_user!` and `current_user`.
  def self.scope = user_class_name.underscore.tr("/", "_").to_sym
end

require_relative "settings"
require_relative "keys"
require_relative "access_token"
require_relative "refresh_token"
require_relative "limiter"
require_relative "device"
require_relative "authentication"
require_relative "forgery_protection"
require_relative "bearer_or_cookie"
require_relative "session_owner"
require_relative "immediate_transactions"
require_relative "middleware"

module TokencellRails
  class Engine < ::Rails::Engine
    # Otherwise Rails treats the application as the engine, because this file is in its `lib`.
    def self.find_root(_from) = Pathname.new(__dir__)
    isolate_namespace TokencellRails

    rake_tasks { load File.join(__dir__, "tasks.rake") }

    initializer "tokencell_rails.settings", before: :load_environment_config do |app|
      TokencellRails.settings = Settings.new(ENV, production: Rails.env.production?)
      app.config.action_dispatch.trusted_proxies = TokencellRails.settings.trusted_proxies
      app.config.filter_parameters += %i[password token]
    end

    initializer "tokencell_rails.middleware", before: :build_middleware_stack do |app|
      settings = TokencellRails.settings
      # For the cookie of the refresh token: an application with `api_only` has no cookies.
      app.middleware.use ActionDispatch::Cookies if app.config.api_only
      app.middleware.delete Rack::Runtime # `X-Runtime` would reveal how long a comparison took.
      # Before all other middleware, so that a page on another origin can also read a 401 or a 429.
      app.middleware.insert_before(0, Rack::Cors) { settings.allow_origins(self) } if settings.cors_origins.any?
      app.middleware.insert_before 0, AnswerHeaders, settings.path
      app.middleware.insert_before 0, ForwardedHeaders, settings.trusted_proxies
    end

    # For the routes of the engine: refuses unreadable requests in JSON.
    middleware.use RefuseBadRequests

    initializer "tokencell_rails.sqlite" do
      ActiveSupport.on_load(:active_record_sqlite3adapter) do
        prepend ImmediateTransactions unless ImmediateTransactions.built_in?
      end
    end

    config.after_initialize { |app| TokencellRails.settings.check_production(app) }
  end
end
