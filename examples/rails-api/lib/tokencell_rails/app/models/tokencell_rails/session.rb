module TokencellRails
  # One sign-in on one device. Every decision about a session first locks its row. Starting a session, or ending all sessions of
  # a user, locks the row of the user before that: user, then sessions by id. Refusals are returned, because an exception would
  # roll back the end of a session.
  class Session < ActiveRecord::Base
    self.table_name = "tokencell_sessions"
    belongs_to :user, class_name: TokencellRails.user_class_name, inverse_of: :tokencell_sessions

    # A session with the token for its cookie, or the error and its reason.
    Outcome = Struct.new(:session, :token, :error, :reason)

    scope :alive, -> { where(ended_at: nil).where("idle_expires_at > ?", Time.current) }

    class << self
      # After a sign-in. `compared` is the hash that the password was compared with. `over` is the refresh token of the request.
      def start(user, compared:, device:, over: nil)
        transaction do
          user = user.class.lock.find_by(id: user.id)
          if user&.encrypted_password == compared
            end_each([over&.session_id], "replaced")
            create_for(user, device)
          else
            Outcome.new(nil, nil, "invalid_credentials")
          end
        end
      end

      def rotate(token, device)
        transaction do
          session = lock.find_by(id: token.session_id)
          session ? session.rotate(token, device) : Outcome.new(nil, nil, "unknown")
        end
      end

      # Always in the same order, so that two transactions that end the same sessions cannot deadlock.
      def end_each(ids, reason)
        transaction { lock.where(id: ids.compact).order(:id).each { |session| session.finish(reason) } }
      end

      def end_all(user, reason, except: nil)
        transaction do
          user.class.lock.find_by(id: user.id)
          alive.lock.where(user_id: user.id).where.not(id: except.to_s).order(:id).each { |session| session.finish(reason) }
        end
      end

      # Two deletes, so that each can use its index.
      def cleanup(before: 1.week.ago)
        [where("idle_expires_at < ?", before), where("ended_at < ?", before)].sum { |old| old.in_batches.delete_all }
      end

      # A refresh extends this limit and never the last one.
      def idle_limit(last) = [TokencellRails.settings.idle_ttl.seconds.from_now, last].min

      private

      def create_for(user, device)
        id = SecureRandom.uuid
        token = RefreshToken.random(id)
        last = TokencellRails.settings.refresh_ttl.seconds.from_now
        limits = { expires_at: last, idle_expires_at: idle_limit(last) }
        Outcome.new(create!(id: id, user: user, digest: token.digest, **limits, **device), token)
      end
    end

    def alive? = ended_at.nil? && idle_expires_at.future?
    def seconds_left = (expires_at - Time.current).ceil

    # Session.rotate calls it, after locking the row.
    def rotate(token, device)
      return Outcome.new(self, nil, "revoked", ended_reason) if ended_at
      return Outcome.new(self, nil, "expired") unless alive?
      return Outcome.new(self, nil, "inactive") unless user.active_for_authentication?
      return advance(token, device) if token.digest == digest
      repeated = repeatable(token) and return Outcome.new(self, repeated)
      # Two clients have the token, or its response was lost for longer than the grace period.
      finish("reuse")
      Outcome.new(self, nil, "reuse")
    end

    # The row must be locked.
    def finish(reason)
      update_columns(ended_at: Time.current, ended_reason: reason) unless ended_at
    end

    private

    def advance(token, device)
      salt = SecureRandom.hex(32)
      following = token.successor(salt)
      update!(digest: following.digest, previous_digest: digest, salt: salt, rotated_at: Time.current,
              idle_expires_at: self.class.idle_limit(expires_at), **device)
      Outcome.new(self, following)
    end

    # The same response again, for two tabs or a lost response. Only one previous digest is stored, so this ends with the first
    # use of the new token.
    def repeatable(token)
      return unless token.digest == previous_digest && rotated_at > TokencellRails.settings.reuse_grace.seconds.ago
      token.repeated_successor(salt, digest)
    end
  end
end
