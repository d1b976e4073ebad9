ActiveRecord::Schema.define(version: 1) do
  create_table :users do |t|
    t.string :email, null: false, index: { unique: true }
    t.string :encrypted_password, null: false
    t.string :name, null: false
    t.json :roles, null: false
    # In every access token: a new one revokes them all.
    t.string :jti, null: false, index: { unique: true }
    t.timestamps
  end

  create_table :refresh_tokens do |t|
    t.references :user, null: false, foreign_key: { on_delete: :cascade }
    # What descends from one sign-in.
    t.string :family, null: false, index: true
    t.string :digest, null: false, index: { unique: true }
    t.datetime :expires_at, null: false, precision: 6
    t.datetime :rotated_at, precision: 6
    t.datetime :revoked_at, precision: 6
    t.string :revoked_reason
  end

  create_table :notes do |t|
    t.references :user, null: false, foreign_key: { on_delete: :cascade }
    t.text :text, null: false
    t.string :written_at
  end
end
