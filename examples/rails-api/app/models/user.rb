class User < ApplicationRecord
  ROLES = %w[admin editor user].freeze

  include Devise::JWT::RevocationStrategies::JTIMatcher
  devise :database_authenticatable, :validatable, :jwt_authenticatable, jwt_revocation_strategy: self

  has_many :refresh_tokens
  has_many :notes

  before_validation(on: :create) { self.name = email.to_s.split("@").first if name.blank? }
  validate do
    known = roles.is_a?(Array) && (roles - ROLES).empty?
    errors.add(:roles, "must be a list of #{ROLES.to_sentence}") unless known
  end

  # A token says which roles its user had. It is refused once they have others, and the next one says so.
  before_update { self.jti = self.class.generate_jti if roles_changed? }
  after_update { end_sessions("password_changed") if saved_change_to_encrypted_password? }

  def jwt_payload = super.merge("roles" => roles)

  # Everywhere: all access tokens share the `jti`, so that none can be revoked alone.
  def end_sessions(reason)
    transaction do
      refresh_tokens.live.revoke(reason)
      self.class.revoke_jwt(nil, self)
    end
  end

  def as_json(*) = { id: id.to_s, email: email, name: name, roles: roles }
end
