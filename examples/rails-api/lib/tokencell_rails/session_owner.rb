module TokencellRails
  # For the user model. Override `session_claims` for more claims in the access token (when they change, the token is refused,
  # and the next refresh returns the new claims), `session_json` for the data that the client gets, and `sign_up_fields`.
  module SessionOwner
    extend ActiveSupport::Concern

    included do
      has_many :tokencell_sessions, class_name: "TokencellRails::Session", foreign_key: :user_id,
                                    inverse_of: :user, dependent: :delete_all
      # The only session that a change of the password does not end.
      attr_accessor :kept_session_id
      after_update { end_sessions("password_changed", except: kept_session_id) if saved_change_to_encrypted_password? }
    end

    class_methods do
      def sign_up_fields = %i[email password]
    end

    def session_claims = {}
    def session_json = { id: id.to_s, email: email, **session_claims }

    # Ends the sessions on all devices. Starting a session waits for the same lock.
    def end_sessions(reason, except: nil)
      Session.end_all(self, reason, except: except)
    end
  end
end
