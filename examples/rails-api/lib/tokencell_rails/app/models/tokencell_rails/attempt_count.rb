module TokencellRails
  # The number of attempts in a window of time. See Limiter.
  class AttemptCount < ActiveRecord::Base
    self.table_name = "tokencell_attempt_counts"

    class << self
      # Returns the count including this attempt. If two processes insert at the same time, the second one updates.
      def add(id, number, expires_at)
        create!(id: id, count: number, expires_at: expires_at) unless update_count(id, number) || expires_at.nil?
        where(id: id).pick(:count) || 0
      rescue ActiveRecord::RecordNotUnique
        update_count(id, number)
        where(id: id).pick(:count) || 0
      end

      def cleanup = where("expires_at < ?", 1.hour.ago).in_batches.delete_all

      private

      def update_count(id, number) = where(id: id).update_all(["count = count + ?", number]) == 1
    end
  end
end
