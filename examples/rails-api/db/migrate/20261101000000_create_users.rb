class CreateUsers < ActiveRecord::Migration[6.1]
  def change
    create_table :users do |t|
      t.string :email, null: false, index: { unique: true }
      t.string :encrypted_password, null: false
      t.string :name, null: false
      t.json :roles, null: false
      t.timestamps
    end

    create_table :notes do |t|
      t.references :user, null: false, foreign_key: { on_delete: :cascade }
      t.text :text, null: false
      t.string :written_at
    end
  end
end
