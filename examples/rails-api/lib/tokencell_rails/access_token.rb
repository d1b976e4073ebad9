module TokencellRails
  # The short-lived token of a request. It names its session, and every request checks that this session has not ended. So a
  # sign-out, a change of password and a change of claims take effect with the next request.
  module AccessToken
    # The reason why a token is refused, for the client.
    Refusal = Struct.new(:error, :reason)

    class << self
      def issue(session)
        life = settings.access_ttl
        # Whole seconds, as usual, unless the lifetime has a fraction.
        now = life.is_a?(Integer) ? Time.now.to_i : Time.now.to_f.round(3)
        last = session.expires_at
        ends = [now + life, life.is_a?(Integer) ? last.to_i : last.to_f.round(3)].min
        claims = { iss: settings.issuer, sub: session.user_id.to_s, sid: session.id, iat: now, exp: ends }
        key = settings.jwt_keys.signing
        ::JWT.encode({ **session.user.session_claims, **claims }, key.secret, "HS256", { kid: key.id })
      end

      # The session of a request, with its user, or the reason why the token is refused.
      def session_of(token)
        claims = genuine(token) or return Refusal.new("invalid_token")
        return Refusal.new("expired_token") unless claims["exp"].to_f > Time.now.to_f
        # Two reads by primary key, which Rails prepares. Building a join would take Rails three times as long.
        session = Session.find_by(id: claims["sid"])
        return Refusal.new("revoked", session&.ended_reason) unless session&.alive?
        return Refusal.new("invalid_token") unless session.user_id.to_s == claims["sub"]
        return Refusal.new("inactive") unless session.user.active_for_authentication?
        # The client then refreshes, and the next token has the current claims.
        current?(claims, session.user) ? session : Refusal.new("outdated")
      end

      # The claims of a token that was signed here, even if it has expired.
      def genuine(token)
        options = { algorithms: ["HS256"], verify_expiration: false, iss: settings.issuer, verify_iss: true }
        claims, = ::JWT.decode(token, nil, true, options) do |header|
          settings.jwt_keys.with_id(header["kid"])&.secret or raise ::JWT::DecodeError, "unknown kid"
        end
        claims if claims["sid"].is_a?(String)
      rescue ::JWT::DecodeError, ArgumentError, EncodingError
        nil
      end

      private

      def settings = TokencellRails.settings

      def current?(claims, user)
        now = user.session_claims.as_json
        claims.slice(*now.keys) == now
      end
    end
  end
end
