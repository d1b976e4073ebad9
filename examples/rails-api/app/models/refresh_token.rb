# A secret in a cookie that is good for one access token, and for the secret after it. The database has digests only.
class RefreshToken < ApplicationRecord
  # Why there is no new token, as the client is told.
  class Refused < StandardError
    attr_reader :reason

    def initialize(error, reason = nil)
      super(error)
      @reason = reason
    end
  end

  belongs_to :user
  # Not in the database: known only while the cookie is written.
  attr_accessor :secret

  scope :live, -> { where(revoked_at: nil).where("expires_at > ?", Time.current) }

  class << self
    # After a sign-in: a new family. What expired long ago tells nobody anything.
    def start(user)
      user.refresh_tokens.where("expires_at < ?", 1.day.ago).delete_all
      expires_at = Settings.refresh_ttl.seconds.from_now
      put(SecureRandom.urlsafe_base64(32), user: user, family: SecureRandom.uuid, expires_at: expires_at)
    end

    def find_secret(secret) = secret && find_by(digest: digest(secret))&.tap { |token| token.secret = secret }

    # The token that follows this secret. Replaces it once, and revokes the family when it is shown again.
    def rotate(secret)
      raise Refused, "no_cookie" if secret.blank?
      (find_secret(secret) || raise(Refused, "unknown")).rotate
    end

    def revoke(reason) = update_all(revoked_at: Time.current, revoked_reason: reason)

    def put(secret, **attributes) = create!(digest: digest(secret), secret: secret, **attributes)

    private

    def digest(secret) = OpenSSL::Digest::SHA256.hexdigest(secret)
  end

  # Of a clock that is ours: a date in a cookie is compared with that of the browser.
  def seconds_left = (expires_at - Time.current).ceil

  def rotate
    raise Refused.new("revoked", revoked_reason) if revoked_at
    raise Refused, "expired" if expires_at.past?
    replace || (reload.rotated_at > Settings.reuse_grace.seconds.ago ? newest : refuse_reuse)
  end

  protected

  # Two tabs, or an answer that was lost: for a short while the same secret leads to the same successor, or to what has
  # become of that.
  def newest = rotated_at ? self.class.find_secret(successor).newest : self

  private

  # One statement decides who is first, in any database and however many ask at once.
  def replace
    transaction do
      is_first = self.class.where(id: id, rotated_at: nil).update_all(rotated_at: Time.current) == 1
      self.class.put(successor, user: user, family: family, expires_at: expires_at) if is_first
    end
  end

  # Derived, so that it can be told twice though only its digest is stored.
  def successor
    key = Rails.application.key_generator.generate_key("refresh token", 32)
    Base64.urlsafe_encode64(OpenSSL::HMAC.digest("SHA256", key, secret), padding: false)
  end

  # Two hold the family, and one of them has stolen it. The thief may have an access token, too.
  def refuse_reuse
    self.class.where(family: family).revoke("reuse")
    User.revoke_jwt(nil, user)
    raise Refused, "reuse"
  end
end
