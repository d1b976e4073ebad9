module TokencellRails
  # For an application that also has pages with Devise's session cookie. For a request with a bearer, only the bearer counts.
  # For a request without a bearer, the cookie counts. Browsers also add the cookie to requests of other sites, so these
  # requests need the header, which no form can send.
  module BearerOrCookie
    extend ActiveSupport::Concern
    include Authentication
    include ForgeryProtection

    included do
      scope = TokencellRails.scope
      define_method(:"authenticate_#{scope}!") do |*|
        next authenticate_bearer if request.authorization.present?
        refuse_forgery
        next if performed?
        user = warden.authenticate(scope: scope)
        refuse_bearer("no_token") unless user
      end
    end
  end
end
