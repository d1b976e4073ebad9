require "time"

module TokencellRails
  # Drops `X-Forwarded-*` (address, scheme, host) unless a trusted proxy sent it, because Rails trusts these headers from every
  # sender. Always drops `Forwarded` (which Rack 3 prefers) and `Client-IP`, because a proxy that sets `X-Forwarded-For` passes
  # these on as the visitor wrote them.
  class ForwardedHeaders
    NEVER = %w[HTTP_FORWARDED HTTP_CLIENT_IP].freeze

    def initialize(app, proxies)
      @app = app
      @proxies = proxies
    end

    def call(env)
      NEVER.each { |name| env.delete(name) }
      env.delete_if { |name, _| name.start_with?("HTTP_X_FORWARDED_") } unless trusted?(env["REMOTE_ADDR"])
      @app.call(env)
    end

    private

    def trusted?(address)
      ip = IPAddr.new(address.to_s).native
      @proxies.any? { |proxy| proxy.family == ip.family && proxy.include?(ip) }
    rescue IPAddr::Error
      false
    end
  end

  # Responses of the API belong to one user, so no cache may store them. The `date` header is added, because Puma does not send
  # it. Header names are in lower case, as Rack 3 requires.
  class AnswerHeaders
    def initialize(app, path)
      @app = app
      @path = path
    end

    def call(env)
      # Checked before the call, because the path is different below a mount.
      personal = env["REQUEST_METHOD"] != "OPTIONS" && env["PATH_INFO"].to_s.start_with?(@path)
      status, headers, body = @app.call(env)
      set(headers, "cache-control", "no-store") if personal
      set(headers, "date", Time.now.httpdate)
      [status, headers, body]
    end

    private

    def set(headers, name, value)
      headers.delete_if { |other, _value| other.casecmp?(name) }
      headers[name] = value
    end
  end

  # A body or a query that cannot be parsed is refused before a controller runs.
  class RefuseBadRequests
    def initialize(app) = @app = app

    def call(env)
      @app.call(env)
    rescue StandardError => error
      status = ActionDispatch::ExceptionWrapper.status_code_for_exception(error.class.name)
      raise if status >= 500 || status == 404
      body = { error: "bad_request" }.to_json
      [status, { "content-type" => "application/json; charset=utf-8" }, [body]]
    end
  end
end
