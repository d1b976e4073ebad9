module TokencellRails
  class SignOutsController < ApplicationController
    before_action :refuse_forgery

    # Ends the sessions of the bearer and of the cookie, also if these are two. A genuine bearer may have expired: if it were
    # refused, the cookie would stay valid. If the session has already ended, the response is a success.
    def create
      claims = bearer && AccessToken.genuine(bearer)
      named = [claims&.fetch("sid"), refresh_token&.session_id].compact
      return refuse("no_session") if named.empty?
      Session.end_each(named, "signed_out")
      forget_cookie
      head :no_content
    end
  end
end
