Rails.application.routes.draw do
  # Devise defines the user. Its own routes are skipped, because they are sign-in pages.
  devise_for :users, skip: :all
  # Sign-in, refresh, sign-out, sessions, password.
  mount TokencellRails::Engine => "/api/v1"

  scope "api/v1", format: false do
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
