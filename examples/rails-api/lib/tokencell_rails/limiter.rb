module TokencellRails
  # The counts are in the database, so all processes share them. An attempt is counted before the password is compared, so that
  # concurrent attempts cannot exceed the limit. A success removes its count, so only failures remain.
  class Limiter
    # `keys`: the name of each limit, and the value that is counted: `{ address: "192.0.2.1" }`.
    def initialize(keys)
      @period = TokencellRails.settings.limit_period
      @window = (Time.now.to_f / @period).floor
      @counts = keys.map { |name, what| [TokencellRails.settings.limits.fetch(name), digest(name, what)] }
    end

    # The number of seconds to wait; nil if the attempt is allowed.
    def count
      ends_at = Time.at((@window + 1) * @period)
      exceeded = @counts.map { |limit, key| AttemptCount.add(key, 1, ends_at) > limit }
      (ends_at - Time.now).ceil.clamp(1, nil) if exceeded.any?
    end

    def take_back = @counts.each { |_limit, key| AttemptCount.add(key, -1, nil) }

    private

    def digest(name, what) = OpenSSL::Digest::SHA256.hexdigest([name, what, @window].to_json)
  end
end
