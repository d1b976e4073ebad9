# The accounts of the other examples.
User.create!(email: "ada@example.com", name: "Ada", password: "correct horse", roles: %w[admin editor])
User.create!(email: "bob@example.com", name: "Bob", password: "battery staple", roles: %w[user])
