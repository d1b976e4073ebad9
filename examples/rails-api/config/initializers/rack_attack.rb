# One process counts in memory; several need a store that they share, such as Redis.
Rack::Attack.cache.store = ActiveSupport::Cache::MemoryStore.new

credentials = %w[/api/v1/login /api/v1/signup]
period = Settings.limit_period

Rack::Attack.throttle("credentials by address", limit: Settings.login_limit, period: period) do |request|
  request.ip if request.post? && credentials.include?(request.path)
end

# Whoever guesses from many addresses guesses at one account.
Rack::Attack.throttle("credentials by account", limit: Settings.login_limit, period: period) do |request|
  next unless request.post? && credentials.include?(request.path)
  params = ActionDispatch::Request.new(request.env).request_parameters
  (params[:email] || params.dig(:user, :email)).to_s.strip.downcase.presence
rescue StandardError
  nil # What cannot be read is refused further in.
end

Rack::Attack.throttle("refresh by address", limit: Settings.refresh_limit, period: period) do |request|
  request.ip if request.post? && request.path == "/api/v1/refresh"
end

Rack::Attack.throttled_responder = lambda do |request|
  count = request.env["rack.attack.match_data"]
  wait = count[:period] - count[:epoch_time] % count[:period]
  headers = { "Content-Type" => "application/json; charset=utf-8", "Retry-After" => wait.ceil.to_s }
  [429, headers, [{ error: "Too many attempts" }.to_json]]
end
