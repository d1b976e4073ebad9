# For whatever a browser adds a cookie to. A form of another site can send no header of its own, and a page of another
# site only after a preflight, which CORS refuses.
module ForgeryProtection
  extend ActiveSupport::Concern

  included { prepend_before_action :refuse_forgery }

  private

  def refuse_forgery
    origin = request.origin
    foreign = origin && origin != request.base_url && !Settings.cors_origins.include?(origin)
    return render json: { error: "origin" }, status: :forbidden if foreign
    render json: { error: "csrf" }, status: :forbidden if request.headers["X-Requested-With"].blank?
  end
end
