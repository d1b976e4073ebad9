Rails.application.routes.draw do
  # Devise knows who a user is; the routes are ours, or there would be pages to sign in on.
  devise_for :users, skip: :all

  # The format is what makes Devise's own refusals JSON, whatever the client accepts.
  scope "api/v1", defaults: { format: :json } do
    post "signup", to: "registrations#create"
    post "login", to: "sessions#create"
    post "refresh", to: "refreshes#create"
    match "logout", to: "sessions#destroy", via: %i[delete post]

    get "public", to: "resources#everyone"
    get "me", to: "resources#me"
    get "reports", to: "resources#reports"
    resources :notes, only: %i[index create]

    namespace :admin do
      resources :users, only: %i[index update]
      delete "users/:id/sessions", to: "users#end_sessions"
    end
  end
end
