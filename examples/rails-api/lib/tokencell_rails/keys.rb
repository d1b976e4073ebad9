module TokencellRails
  # Secrets with ids: the first one signs, all of them verify. The id derives from the secret, so that the order of the
  # list is all there is to configure.
  class Keys
    Key = Struct.new(:id, :secret) do
      def hmac(*parts) = OpenSSL::HMAC.digest("SHA256", secret, parts.join("\0"))
      # Not in a message of an error.
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
