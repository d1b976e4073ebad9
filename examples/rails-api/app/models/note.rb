class Note < ApplicationRecord
  belongs_to :user
  validates :text, presence: true

  def as_json(*) = { id: id.to_s, text: text, writtenAt: written_at }
end
