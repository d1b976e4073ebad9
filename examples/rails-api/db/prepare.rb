ActiveRecord::Schema.verbose = false
load File.expand_path("schema.rb", __dir__) unless ActiveRecord::Base.connection.table_exists?(:users)
load File.expand_path("seeds.rb", __dir__) if User.none?
# There is one connection, and it is wanted elsewhere.
ActiveRecord::Base.clear_active_connections!
