require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_mailer/railtie" # for Devise::Mailer, which is loaded whether or not it is used
require "devise"
require "devise/orm/active_record"
require "rack/cors"
require "rack/attack"

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "devise/jwt"
require "answer_headers"
require_relative "settings"

Settings.load(ENV)

class RailsApi < Rails::Application
  config.root = File.expand_path("..", __dir__)
  config.load_defaults 6.1
  config.api_only = true
  config.eager_load = true
  config.secret_key_base = Settings.secret_key_base
  config.consider_all_requests_local = false

  config.logger = ActiveSupport::TaggedLogging.new(ActiveSupport::Logger.new($stdout))
  config.log_level = ENV["RAILS_LOG_LEVEL"] || :info
  config.log_tags = [:request_id]
  config.filter_parameters = [:password, :token]

  config.middleware.use ActionDispatch::Cookies
  # What nothing else has caught is JSON, too, whatever was asked for.
  config.exceptions_app = lambda do |env|
    status = env["PATH_INFO"].delete("/").to_i
    body = { error: Rack::Utils::HTTP_STATUS_CODES.fetch(status, "Error") }.to_json
    [status, { "Content-Type" => "application/json; charset=utf-8" }, [body]]
  end
end
