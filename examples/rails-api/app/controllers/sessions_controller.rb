class SessionsController < ApplicationController
  include SessionAnswers
  include ForgeryProtection
  # Devise looks for them below `user`; this allows for both.
  wrap_parameters :user, format: :json, include: %i[email password]

  def create
    allow_params_authentication!
    # By the password alone: a token that comes with it, expired or somebody else's, has no say.
    user = warden.authenticate!(:database_authenticatable, scope: :user)
    answer RefreshToken.start(user)
  end

  # Ends what there is to end, and is content if that is nothing.
  def destroy
    user = warden.authenticate(:jwt, scope: :user) || RefreshToken.live.find_secret(refresh_cookie)&.user
    user&.end_sessions("signed_out")
    forget_cookie
    head :no_content
  end
end
