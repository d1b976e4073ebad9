module TokencellRails
  # For controllers of an API: `authenticate_user!` accepts only the bearer, and refuses in JSON. `current_user`, and the parts
  # of Devise that use it, work as before.
  module Authentication
    extend ActiveSupport::Concern

    included do
      define_method(:"authenticate_#{TokencellRails.scope}!") { |*| authenticate_bearer }
    end

    private

    attr_reader :current_tokencell_session

    def authenticate_bearer
      token = bearer or return refuse_bearer("no_token")
      found = AccessToken.session_of(token)
      return refuse_bearer(found.error, found.reason) if found.is_a?(AccessToken::Refusal)
      @current_tokencell_session = found
      # Like a user from a session: nothing is stored, and hooks that count sign-ins do not run.
      warden.set_user(found.user, scope: TokencellRails.scope, store: false, event: :fetch)
    end

    def bearer = request.authorization.to_s.b[/\ABearer ([\w.-]+)\z/ni, 1]

    # The response names the error only if a token was sent (RFC 6750, 3).
    def refuse_bearer(error, reason = nil)
      response.set_header("WWW-Authenticate", error == "no_token" ? "Bearer" : 'Bearer error="invalid_token"')
      refuse(error, reason)
    end

    def refuse(error, reason = nil, status: :unauthorized, **more)
      render json: { error: error, reason: reason, **more }.compact, status: status
    end
  end
end
