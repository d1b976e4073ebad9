Rails.application.routes.draw do
  devise_for :users, defaults: { format: :json }, controllers: { sessions: "sign_ins" }
  resources :cable_tickets, only: :create
  resource :cable_connections, only: :destroy
  get "me", to: "me#show", defaults: { format: :json }
end
