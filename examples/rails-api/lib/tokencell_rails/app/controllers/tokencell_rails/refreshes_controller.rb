module TokencellRails
  class RefreshesController < ApplicationController
    before_action :refuse_forgery, :refuse_cookie_without_tls

    # A refusal does not change the cookie: it may already be the new cookie of a concurrent request that succeeded.
    def create
      return refuse("no_cookie") if refresh_cookie.empty?
      token = refresh_token or return refuse("unknown")
      return if over_limit(Limiter.new(refresh: token.session_id))
      outcome = Session.rotate(token, Device.of(request))
      outcome.error ? refuse(outcome.error, outcome.reason) : answer(outcome)
    end
  end
end
