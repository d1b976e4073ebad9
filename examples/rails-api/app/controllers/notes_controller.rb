class NotesController < ApplicationController
  wrap_parameters false

  def index = render(json: { notes: current_user.notes })

  def create
    note = current_user.notes.create!(text: params[:text].to_s, written_at: params[:writtenAt].to_s.presence)
    render json: { note: note }, status: :created
  end
end
