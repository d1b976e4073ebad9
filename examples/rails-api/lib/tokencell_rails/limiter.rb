module TokencellRails
  # Counts in the database, which all processes share. An attempt is counted before the password is compared, so that many
  # at once cannot pass together, and a success takes its count back: only failures remain.
  class Limiter
    # `keys` are pairs of a limit's name and what is counted: `{ address: "192.0.2.1" }`.
    def initialize(keys)
      @period = TokencellRails.settings.limit_period
      @window = (Time.now.to_f / @period).floor
      @counts = keys.map { |name, what| [TokencellRails.settings.limits.fetch(name), digest(name, what)] }
    end

    # Seconds to wait, or nothing when the attempt is allowed.
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
