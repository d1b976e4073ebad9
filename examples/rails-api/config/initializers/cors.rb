# Outside of everything else, or a page on another origin could read no 401 and no 429.
Rails.application.config.middleware.insert_before 0, Rack::Cors do
  allow do
    origins(*Settings.cors_origins)
    resource "/api/*",
             methods: %i[get post patch delete],
             headers: %w[Authorization Content-Type X-Requested-With],
             expose: %w[Authorization Retry-After Date X-Request-Id],
             credentials: true,
             max_age: 600
  end
end if Settings.cors_origins.any?

Rails.application.config.middleware.insert_before 0, AnswerHeaders
