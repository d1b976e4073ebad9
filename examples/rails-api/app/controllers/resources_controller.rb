class ResourcesController < ApplicationController
  skip_before_action :authenticate_user!, only: :everyone
  before_action(only: :reports) { require_role("editor", "admin") }

  def everyone = render(json: { authorization: request.authorization.present? })
  def me = render(json: { user: current_user.session_json })
  def reports = render(json: { reports: [{ id: "1", title: "Quarterly figures" }] })
end
