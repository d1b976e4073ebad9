require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_mailer/railtie" # for Devise::Mailer, which is loaded whether or not it is used
require "devise"
require "devise/orm/active_record"
require_relative "../lib/tokencell_rails/engine"

class RailsApi < Rails::Application
  config.root = File.expand_path("..", __dir__)
  config.load_defaults 6.1
  config.api_only = true
  config.eager_load = true
  config.cache_classes = true
  config.consider_all_requests_local = false
  config.secret_key_base = ENV["SECRET_KEY_BASE"].presence
  config.paths["db/migrate"] << File.expand_path("../lib/tokencell_rails/db/migrate", __dir__)
  config.active_record.dump_schema_after_migration = false

  config.logger = ActiveSupport::TaggedLogging.new(ActiveSupport::Logger.new($stdout))
  config.log_level = ENV["RAILS_LOG_LEVEL"] || :info
  config.log_tags = [:request_id]

  if Rails.env.production?
    config.force_ssl = true
    config.hosts = ENV["API_HOSTS"].to_s.split(",").map(&:strip)
  end

  # Responds with JSON to errors that no other code has handled, whatever format was requested.
  config.exceptions_app = lambda do |env|
    status = env["PATH_INFO"].delete("/").to_i
    body = { error: Rack::Utils::HTTP_STATUS_CODES.fetch(status, "Error") }.to_json
    [status, { "Content-Type" => "application/json; charset=utf-8" }, [body]]
  end
end
