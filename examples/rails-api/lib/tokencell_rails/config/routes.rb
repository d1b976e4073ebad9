TokencellRails::Engine.routes.draw do
  # Without formats, so that `/login.json` is not a second path for `/login`.
  scope format: false do
    post "signup", to: "sign_ups#create" if TokencellRails.settings.sign_up?
    post "login", to: "sign_ins#create"
    post "refresh", to: "refreshes#create"
    match "logout", to: "sign_outs#create", via: %i[delete post]

    patch "password", to: "passwords#update"
    resources :sessions, only: %i[index destroy]
    delete "sessions", to: "sessions#destroy_all"
  end
end
