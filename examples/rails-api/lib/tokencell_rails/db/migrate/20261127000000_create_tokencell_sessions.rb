class CreateTokencellSessions < ActiveRecord::Migration[6.1]
  def change
    users = TokencellRails.user_class.table_name.to_sym
    # The type of the user's id: bigint, integer or uuid.
    key = connection.columns(users).find { |column| column.name == "id" }.sql_type

    create_table :tokencell_sessions, id: :string, limit: 36 do |t|
      t.column :user_id, key, null: false, index: true
      t.string :digest, null: false, limit: 64
      t.string :previous_digest, limit: 64
      t.string :salt, limit: 64
      t.datetime :rotated_at, precision: 6
      t.datetime :expires_at, null: false, precision: 6
      t.datetime :idle_expires_at, null: false, precision: 6, index: true
      t.datetime :ended_at, precision: 6, index: true
      t.string :ended_reason
      t.string :user_agent
      t.string :address, limit: 64
      t.datetime :created_at, null: false, precision: 6
    end
    add_foreign_key :tokencell_sessions, users, column: :user_id, on_delete: :cascade

    create_table :tokencell_attempt_counts, id: :string, limit: 64 do |t|
      t.integer :count, null: false
      t.datetime :expires_at, null: false, precision: 6, index: true
    end
  end
end
