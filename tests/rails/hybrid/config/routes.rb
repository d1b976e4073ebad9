Rails.application.routes.draw do
  devise_for :users, controllers: { sessions: "page_sessions" }
  mount TokencellRails::Engine => "/api/v1"
  match "api/v1/me", to: "me#show", via: %i[get post], format: false
end
