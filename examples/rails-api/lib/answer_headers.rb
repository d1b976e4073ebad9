require "time"

# Every answer is about one person, so nobody may keep it. And it says what time it is here, which puma does not.
class AnswerHeaders
  def initialize(app) = @app = app

  def call(env)
    status, headers, body = @app.call(env)
    headers["Cache-Control"] = "no-store" unless env["REQUEST_METHOD"] == "OPTIONS"
    headers["Date"] ||= Time.now.httpdate
    [status, headers, body]
  end
end
