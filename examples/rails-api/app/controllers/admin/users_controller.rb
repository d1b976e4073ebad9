class Admin::UsersController < ApplicationController
  wrap_parameters false
  before_action { require_role("admin") }

  def index = render(json: { users: User.order(:id).map(&:session_json) })

  # The next request of this user is refused as outdated, and the refresh after it returns the new roles.
  def update
    return refuse("last_admin", status: 409) unless user.replace_roles(params[:roles])
    render json: { user: user.session_json }
  end

  # The next request of this user is refused, and the refresh after it, too.
  def end_sessions
    user.end_sessions("ended_by_admin")
    head :no_content
  end

  private

  def user = @user ||= User.find(params[:id])
end
