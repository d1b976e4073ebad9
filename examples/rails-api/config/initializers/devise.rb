Devise.setup do |config|
  # A wrong password and an unknown e-mail get the same response after the same time.
  config.paranoid = true
  config.case_insensitive_keys = config.strip_whitespace_keys = [:email]
  config.stretches = Rails.env.test? ? 1 : 12
  config.password_length = 8..72
end
