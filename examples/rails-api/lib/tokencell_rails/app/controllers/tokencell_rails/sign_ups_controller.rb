module TokencellRails
  class SignUpsController < ApplicationController
    before_action :refuse_forgery, :refuse_cookie_without_tls

    def create
      return if over_limit(Limiter.new(sign_up: request.remote_ip))
      user = TokencellRails.user_class.new(fields(*TokencellRails.user_class.sign_up_fields.map(&:to_s)))
      return refuse_record(user) unless user.save
      # The user cannot sign in yet, for example before the e-mail is confirmed.
      return render(json: { user: user.session_json }, status: :created) unless user.active_for_authentication?
      outcome = Session.start(user, compared: user.encrypted_password, device: Device.of(request), over: refresh_token)
      outcome.error ? refuse(outcome.error) : answer(outcome, status: :created)
    end
  end
end
