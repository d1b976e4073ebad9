module TokencellRails
  # For an application that has pages with Devise's session cookie, too: a request with a bearer is judged by the bearer
  # alone, one without by the cookie. A browser adds a cookie to requests of other sites, so those need the header that no
  # form can send.
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
