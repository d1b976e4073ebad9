# An application with Devise's pages and session cookies, plus the API: a request is authenticated by its bearer token, or
# without one by the cookie.
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "action_mailer/railtie"
require "devise"
require "devise/orm/active_record"
require_relative "../../../examples/rails-api/lib/tokencell_rails/engine"

class App < Rails::Application
  config.root = __dir__
  config.load_defaults 6.1
  config.eager_load = false
  config.hosts.clear
  config.secret_key_base = "x" * 64
  config.logger = Logger.new($stdout, level: :warn)
  config.session_store :cookie_store, key: "pages"
end

Devise.setup { |config| config.stretches = 1 }

class User < ActiveRecord::Base
  include TokencellRails::SessionOwner
  devise :database_authenticatable
end

ENV["DATABASE_URL"] = "sqlite3::memory:?pool=1&idle_timeout=0"
App.initialize!
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table(:users) { |t| t.string :email; t.string :encrypted_password }
end
ActiveRecord::Migrator.migrations_paths = [File.join(TokencellRails::Engine.root, "db/migrate")]
ActiveRecord::Base.connection.migration_context.then { |context| context.migrations.each { |each| each.migrate(:up) } }

class ApplicationController < ActionController::Base
  skip_forgery_protection
end
class PageSessionsController < Devise::SessionsController
  def respond_with(*) = head(:ok)
  def respond_to_on_destroy(**) = head(:no_content)
end
class MeController < ActionController::API
  include TokencellRails::BearerOrCookie
  before_action :authenticate_user!
  def show = render(json: { email: current_user.email })
end

%w[ada bob].each { |name| User.create!(email: "#{name}@example.com", password: "correct horse") }
ActiveRecord::Base.connection_handler.clear_active_connections!
run App
