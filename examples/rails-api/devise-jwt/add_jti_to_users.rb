# For JTIMatcher of devise-jwt, if the table already contains users. Copy it into db/migrate, with a timestamp before its name.
# On PostgreSQL, it is one transaction, which locks the table until all users have a `jti`.
class AddJtiToUsers < ActiveRecord::Migration[6.1]
  class User < ActiveRecord::Base
    self.table_name = "users"
  end

  def up
    add_column :users, :jti, :string
    User.reset_column_information
    User.in_batches { |users| users.each { |user| user.update_columns(jti: SecureRandom.uuid) } }
    change_column_null :users, :jti, false
    add_index :users, :jti, unique: true
  end

  def down
    remove_column :users, :jti
  end
end
