class Admin::UsersController < ApplicationController
  wrap_parameters false
  before_action { require_role("admin") }

  def index = render(json: { users: User.order(:id) })

  # Their next request is refused, and the refresh that follows brings the new roles.
  def update
    user.update!(roles: params.require(:roles))
    render json: { user: user }
  end

  # Their next request is refused, and so is the refresh.
  def end_sessions
    user.end_sessions("ended_by_admin")
    head :no_content
  end

  private

  def user = @user ||= User.find(params[:id])
end
