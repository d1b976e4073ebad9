module TokencellRails
  # The devices of a user.
  class SessionsController < ApplicationController
    before_action { authenticate_bearer }

    def index
      sessions = Session.alive.where(user_id: user.id).order(created_at: :desc)
      render json: { sessions: sessions.map { |session| describe(session) } }
    end

    def destroy
      session = Session.find_by(id: params[:id].to_s, user_id: user.id)
      return refuse("not_found", status: :not_found) unless session
      Session.end_each([session.id], "signed_out")
      head :no_content
    end

    # Signs the user out everywhere.
    def destroy_all
      user.end_sessions("signed_out")
      forget_cookie
      head :no_content
    end

    private

    def user = current_tokencell_session.user

    def describe(session)
      {
        id: session.id,
        current: session.id == current_tokencell_session.id,
        user_agent: session.user_agent,
        address: session.address,
        created_at: session.created_at,
        last_used_at: session.rotated_at || session.created_at,
        expires_at: session.idle_expires_at,
      }
    end
  end
end
