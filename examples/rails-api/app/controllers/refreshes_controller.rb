class RefreshesController < ApplicationController
  include SessionAnswers
  include ForgeryProtection

  def create
    answer RefreshToken.rotate(refresh_cookie)
  rescue RefreshToken::Refused => refusal
    # The cookie stays: by now it may be that of the request that this one lost a race against.
    render json: { error: refusal.message, reason: refusal.reason }.compact, status: :unauthorized
  end
end
