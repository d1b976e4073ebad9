class ApplicationController < ActionController::API
  # Closed, unless a controller says otherwise.
  before_action :authenticate_user!

  rescue_from ActiveRecord::RecordInvalid do |error|
    errors = error.record.errors
    status = errors.of_kind?(:email, :taken) ? :conflict : :unprocessable_entity
    render json: { error: errors.full_messages.to_sentence, fields: errors.attribute_names }, status: status
  end
  rescue_from(ActionController::ParameterMissing) { |error| render json: { error: "#{error.param} is missing" }, status: 422 }

  private

  # By the database: roles in a token are for display.
  def require_role(*roles)
    render json: { error: "forbidden" }, status: :forbidden if (current_user.roles & roles).empty?
  end
end
