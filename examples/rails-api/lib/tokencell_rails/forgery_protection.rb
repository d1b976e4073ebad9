module TokencellRails
  # For all endpoints that read a cookie. A form of another site cannot send additional headers. A script of another site can
  # send them only after a preflight, which CORS refuses.
  module ForgeryProtection
    private

    def refuse_forgery
      origin = request.origin
      foreign = origin && origin != request.base_url && !TokencellRails.settings.cors_origins.include?(origin)
      return refuse("origin", status: :forbidden) if foreign
      refuse("csrf", status: :forbidden) if request.headers["X-Requested-With"].to_s.empty?
    end
  end
end
