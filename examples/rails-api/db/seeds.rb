# The same accounts as in the other examples. Their passwords are public.
abort "db/seeds.rb makes accounts with public passwords: never in production" if Rails.env.production?

User.create!(email: "ada@example.com", name: "Ada", password: "correct horse", roles: %w[admin editor])
User.create!(email: "bob@example.com", name: "Bob", password: "battery staple", roles: %w[user])
