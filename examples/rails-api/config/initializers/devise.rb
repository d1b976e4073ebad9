Devise.setup do |config|
  # One answer, after one time, for a wrong password and for an unknown e-mail.
  config.paranoid = true
  config.case_insensitive_keys = config.strip_whitespace_keys = [:email]
  config.stretches = Rails.env.test? ? 1 : 12
  config.password_length = 8..72
end
