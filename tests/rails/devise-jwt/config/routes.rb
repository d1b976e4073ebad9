Rails.application.routes.draw do
  devise_for :users, defaults: { format: :json }, controllers: { sessions: "sign_ins" }
  get "me", to: "me#show", defaults: { format: :json }
end
