class ApplicationController < ActionController::API
  include TokencellRails::Authentication
  # Every action requires sign-in, unless a controller skips this.
  before_action :authenticate_user!

  rescue_from ActiveRecord::RecordInvalid do |error|
    names = error.record.errors.attribute_names
    refuse("invalid", status: 422, fields: names, messages: error.record.errors.full_messages)
  end
  rescue_from(ActiveRecord::RecordNotFound) { refuse("not_found", status: :not_found) }

  private

  # Uses the roles in the database: roles in a token are for display only.
  def require_role(*roles)
    refuse("forbidden", status: :forbidden) if (current_user.roles & roles).empty?
  end
end
