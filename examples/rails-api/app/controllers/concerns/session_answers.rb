# How a session is handed out: the access token in the answer, the refresh token in a cookie.
module SessionAnswers
  extend ActiveSupport::Concern

  included do
    include ActionController::Cookies
    skip_before_action :authenticate_user!
  end

  private

  def answer(refresh_token, status: :ok)
    user = refresh_token.user
    sign_in(user, store: false) # which issues the access token
    life = { value: refresh_token.secret, max_age: refresh_token.seconds_left }
    cookies[cookie_name] = { **cookie_place, **life, httponly: true }
    render json: { user: user, **token_in_body }, status: status
  end

  def token_in_body
    return {} unless Settings.token_in == "body"
    # What is taken out here is not sent in the header.
    { access_token: request.env.delete("warden-jwt_auth.token"), token_type: "Bearer", expires_in: Settings.access_ttl }
  end

  def refresh_cookie = cookies[cookie_name]
  def forget_cookie = cookies.delete(cookie_name, cookie_place)

  # The prefix is a promise of the browser: set by this very host, over TLS. It wants the path to be "/".
  def cookie_name = request.ssl? ? "__Host-refresh_token" : "refresh_token"

  def cookie_place
    { path: request.ssl? ? "/" : "/api/v1", secure: request.ssl?, same_site: Settings.same_site }
  end
end
