# Action Cable with tickets: the API issues one to a bearer, and it opens one connection of this user within 30 seconds.

class CableTicket < ActiveRecord::Base
  belongs_to :user

  def self.digest(secret) = Digest::SHA256.hexdigest(secret.to_s)

  def self.issue(user)
    secret = SecureRandom.urlsafe_base64(32)
    create!(user: user, digest: digest(secret), expires_at: Integer(ENV.fetch("TICKET_SECONDS", "30")).seconds.from_now)
    secret
  end

  # The deletion decides: of two connections with the same ticket, one gets the user.
  def self.redeem(secret)
    ticket = find_by(digest: digest(secret))
    ticket.user if ticket && where(id: ticket.id).where("expires_at > ?", Time.current).delete_all == 1
  end
end

class CableTicketsController < ApplicationController
  before_action :authenticate_user!
  def create = render(json: { ticket: CableTicket.issue(current_user) }, status: :created)
end

module ApplicationCable
  class Connection < ActionCable::Connection::Base
    identified_by :current_user

    def connect
      self.current_user = CableTicket.redeem(request.params[:ticket]) || reject_unauthorized_connection
    end
  end

  class Channel < ActionCable::Channel::Base
  end
end

class EchoChannel < ApplicationCable::Channel
  def subscribed = transmit({ email: current_user.email })
  def echo(data) = transmit({ echo: data["text"] })
end

# Closes the connections of a user from the server, as an application does when it ends a session.
class CableConnectionsController < ApplicationController
  before_action :authenticate_user!

  def destroy
    ActionCable.server.remote_connections.where(current_user: current_user).disconnect
    head :no_content
  end
end
