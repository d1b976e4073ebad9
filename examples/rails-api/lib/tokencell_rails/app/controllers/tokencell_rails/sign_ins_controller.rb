module TokencellRails
  class SignInsController < ApplicationController
    before_action :refuse_forgery, :refuse_cookie_without_tls

    def create
      email, password = fields("email", "password").values_at(:email, :password)
      missing = { email: email, password: password }.select { |_name, value| value.blank? }.keys
      return refuse_fields(missing) if missing.any?

      user = users.find_for_database_authentication(email: email)
      limiter = Limiter.new(address: request.remote_ip, account: [account(user, email), request.remote_ip])
      return if over_limit(limiter)
      # Read before the comparison, because the password may change during the slow comparison.
      compared = user&.encrypted_password
      return refuse("invalid_credentials") unless right?(user, password)
      return refuse(user.inactive_message.to_s) unless user.active_for_authentication?

      limiter.take_back
      start(user, compared)
    end

    private

    def users = TokencellRails.user_class

    def start(user, compared)
      outcome = Session.start(user, compared: compared, device: Device.of(request), over: refresh_token)
      outcome.error ? refuse(outcome.error) : answer(outcome)
    end

    # The count is per account, whatever the spelling of the e-mail.
    def account(user, email) = user ? user.id.to_s : email.strip.downcase

    # Through Devise, so that `lockable` works. An unknown e-mail takes the same time.
    def right?(user, password)
      return user.valid_for_authentication? { user.valid_password?(password) } if user
      users.new(password: password)
      false
    end
  end
end
