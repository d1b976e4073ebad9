module TokencellRails
  # Secrets with ids: the first secret signs, all secrets verify. The id is derived from the secret, so only the order of the
  # list must be configured.
  class Keys
    Key = Struct.new(:id, :secret) do
      def hmac(*parts) = OpenSSL::HMAC.digest("SHA256", secret, parts.join("\0"))
      # Must not appear in an error message.
      def inspect = "#<Key #{id}>"
    end

    def initialize(secrets)
      @keys = secrets.map { |secret| Key.new(OpenSSL::HMAC.hexdigest("SHA256", secret, "kid")[0, 8], secret) }
    end

    include Enumerable
    def each(&) = @keys.each(&)
    def signing = @keys.first
    def with_id(id) = find { |key| key.id == id }
  end
end
