module TokencellRails
  class PasswordsController < ApplicationController
    before_action { authenticate_bearer }

    # SessionOwner ends all other sessions after every change of a password.
    def update
      current, new = fields("current_password", "password").values_at(:current_password, :password)
      missing = { current_password: current, password: new }.select { |_name, value| value.blank? }.keys
      return refuse_fields(missing) if missing.any?

      user = current_tokencell_session.user
      limiter = Limiter.new(address: request.remote_ip, account: [user.id.to_s, request.remote_ip])
      return if over_limit(limiter)
      return refuse_current_password unless user.valid_password?(current)
      limiter.take_back
      change(user, new)
    end

    private

    def refuse_current_password = refuse("wrong_password", status: 422, fields: ["current_password"])

    # Checks under the lock that the password has not changed since the comparison, and that this session has not ended.
    def change(user, password)
      id = current_tokencell_session.id
      refused = user.class.transaction do
        locked = user.class.lock.find(user.id)
        unchanged = locked.encrypted_password == user.encrypted_password && Session.alive.lock.exists?(id: id)
        locked.kept_session_id = id
        if !unchanged then "revoked"
        elsif !locked.update(password: password) then locked
        end
      end
      return head(:no_content) unless refused
      refused.is_a?(String) ? refuse(refused) : refuse_record(refused)
    end
  end
end
