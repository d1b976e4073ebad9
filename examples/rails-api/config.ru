require_relative "config/environment"

# Outside of production, the example needs no preparation: the migration runs here.
unless Rails.env.production?
  ActiveRecord::Migration.verbose = false
  ActiveRecord::Migrator.migrations_paths = Rails.application.paths["db/migrate"].to_a
  ActiveRecord::Tasks::DatabaseTasks.migrate
  load Rails.root.join("db/seeds.rb") if ENV["API_SEED"] == "1" && User.none?
  # There may be only one connection, and other threads need it.
  ActiveRecord::Base.connection_handler.clear_active_connections!
end
run Rails.application
