class RegistrationsController < ApplicationController
  include SessionAnswers
  include ForgeryProtection
  wrap_parameters :user, format: :json, include: %i[email password name]

  def create
    user = User.create!(**credentials, roles: ["user"])
    answer RefreshToken.start(user), status: :created
  end

  private

  def credentials = params.permit(user: %i[email password name])[:user].to_h
end
