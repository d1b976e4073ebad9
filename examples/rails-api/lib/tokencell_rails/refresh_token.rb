module TokencellRails
  # The value of the cookie: `<session id>.<secret>.<mark>`. With the mark, a token that was created here can be distinguished
  # from a guessed one without the database. The database contains digests only.
  class RefreshToken
    FORMAT = /\A([0-9a-f-]{36})\.([\w-]{43})\.([\w-]{43})\z/n

    attr_reader :session_id, :secret

    class << self
      # Compared as bytes, because a cookie may contain any bytes.
      def parse(text)
        _, session_id, secret, mark = *FORMAT.match(text.to_s.b)
        return unless mark
        token = new(session_id, secret)
        token if keys.any? { |key| ActiveSupport::SecurityUtils.secure_compare(token.mark(key), mark) }
      end

      def random(session_id) = new(session_id, SecureRandom.urlsafe_base64(32))
      def keys = TokencellRails.settings.refresh_keys
    end

    def initialize(session_id, secret)
      @session_id = session_id.encode("UTF-8")
      @secret = secret
    end

    def digest = OpenSSL::Digest::SHA256.hexdigest(secret)
    def to_s = "#{session_id}.#{secret}.#{mark}"
    def mark(key = keys.signing) = encode(key.hmac("mark", session_id, secret))

    # Derived from the presented secret, a salt in the row and a key. So the same token can be sent again, although only its
    # digest is stored.
    def successor(salt, key = keys.signing)
      self.class.new(session_id, encode(key.hmac("next", salt, secret)))
    end

    # The successor that was sent before. The first key may have changed since then.
    def repeated_successor(salt, digest)
      keys.lazy.map { |key| successor(salt, key) }.find { |token| token.digest == digest }
    end

    private

    def keys = self.class.keys
    def encode(bytes) = Base64.urlsafe_encode64(bytes, padding: false)
  end
end
