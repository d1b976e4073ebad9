module TokencellRails
  # For the user model. Override `session_claims` to have more in the access token (a change of them refuses the token, and
  # the next refresh brings the new ones), `session_json` for what the client is told, and `sign_up_fields`.
  module SessionOwner
    extend ActiveSupport::Concern

    included do
      has_many :tokencell_sessions, class_name: "TokencellRails::Session", foreign_key: :user_id,
                                    inverse_of: :user, dependent: :delete_all
      # The one session that a change of the password leaves alive.
      attr_accessor :kept_session_id
      after_update { end_sessions("password_changed", except: kept_session_id) if saved_change_to_encrypted_password? }
    end

    class_methods do
      def sign_up_fields = %i[email password]
    end

    def session_claims = {}
    def session_json = { id: id.to_s, email: email, **session_claims }

    # On every device. Whatever starts a session waits for the same lock.
    def end_sessions(reason, except: nil)
      Session.end_all(self, reason, except: except)
    end
  end
end
