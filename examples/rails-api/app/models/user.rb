class User < ApplicationRecord
  ROLES = %w[admin editor user].freeze

  include TokencellRails::SessionOwner
  devise :database_authenticatable, :validatable

  has_many :notes

  scope :admins, -> { where("CAST(roles AS TEXT) LIKE ?", '%"admin"%') }

  before_validation(on: :create) do
    self.name = email.to_s.split("@").first if name.blank?
    self.roles ||= ["user"]
  end
  validate do
    known = roles.is_a?(Array) && (roles - ROLES).empty?
    errors.add(:roles, "must be a list of #{ROLES.to_sentence}") unless known
  end

  def self.sign_up_fields = %i[email password name]

  def session_claims = { roles: roles }
  def session_json = super.merge(name: name)

  # Returns false if no admin would be left. If two admins demote each other concurrently, both wait for the same locks.
  def replace_roles(list)
    transaction do
      admins = self.class.admins.lock.order(:id).to_a
      lock!
      next false if admins == [self] && !Array(list).include?("admin")
      update!(roles: list)
    end
  end
end
