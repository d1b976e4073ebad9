module TokencellRails
  class SignOutsController < ApplicationController
    before_action :refuse_forgery

    # What the bearer names and what the cookie names, also if these are two. A bearer may have expired: it is genuine, and
    # refusing it would leave the cookie alive. A session that has ended already is a success.
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
