module TokencellRails
  class ApplicationController < ActionController::API
    include ActionController::Cookies
    include Authentication
    include ForgeryProtection
    # The body is read unchanged.
    wrap_parameters false

    rescue_from ActiveRecord::RecordNotUnique do
      refuse("taken", status: :conflict, fields: ["email"])
    end

    private

    # Reads the body, never the query. Clients of Devise send the fields below `user`.
    def fields(*names)
      body = request.request_parameters
      body = body[TokencellRails.scope] if body[TokencellRails.scope].is_a?(Hash)
      body.slice(*names).select { |_name, value| text?(value) }.symbolize_keys
    end

    # Any other text would cause an error of the database or of bcrypt.
    def text?(value) = value.is_a?(String) && value.valid_encoding? && value.exclude?("\0") && value.size <= 1024

    def refuse_fields(names) = refuse("invalid", status: 422, fields: names)

    def refuse_record(record)
      return refuse("taken", status: :conflict, fields: ["email"]) if record.errors.of_kind?(:email, :taken)
      messages = record.errors.full_messages
      refuse("invalid", status: 422, fields: record.errors.attribute_names, messages: messages)
    end

    # Responds with 429 if the limit is exceeded; otherwise returns nil.
    def over_limit(limiter)
      wait = limiter.count or return
      response.set_header("Retry-After", wait.to_s)
      refuse("too_many_attempts", status: :too_many_requests)
    end

    # Responds with a session: the access token in a header or the body, the refresh token in the cookie.
    def answer(outcome, status: :ok)
      session = outcome.session
      write_cookie(outcome.token.to_s, session.seconds_left)
      token = AccessToken.issue(session)
      life = TokencellRails.settings.access_ttl
      in_body = TokencellRails.settings.token_in == "body"
      response.set_header("Authorization", "Bearer #{token}") unless in_body
      grant = in_body ? { access_token: token, token_type: "Bearer", expires_in: life } : {}
      render json: { **grant, user: session.user.session_json }, status: status
    end

    # As bytes, because a cookie may contain bytes that are not text.
    def refresh_cookie = cookies[cookie_name].to_s.b
    def refresh_token = RefreshToken.parse(refresh_cookie)

    # With the prefix, browsers guarantee that exactly this host has set the cookie, over TLS.
    def cookie_name = request.ssl? ? "__Host-refresh_token" : "refresh_token"
    def cookie_place = { path: "/", secure: request.ssl?, same_site: TokencellRails.settings.same_site }
    def write_cookie(value, life) = cookies[cookie_name] = { **cookie_place, value: value, max_age: life, httponly: true }
    def forget_cookie = cookies.delete(cookie_name, cookie_place)

    def refuse_cookie_without_tls
      refuse("tls_required", status: :forbidden) if TokencellRails.settings.same_site == :none && !request.ssl?
    end
  end
end
