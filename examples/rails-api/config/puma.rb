environment ENV["RAILS_ENV"] || "production"
# A proxy in front terminates TLS and sends X-Forwarded-Proto. API_TRUSTED_PROXIES contains its address.
bind "tcp://#{ENV["HOST"] || "127.0.0.1"}:#{ENV["PORT"] || 8787}"
workers Integer(ENV["WEB_CONCURRENCY"] || 0)
threads 1, 5
# Otherwise a kept-alive connection would hold a thread for 200 ms while other requests wait for a thread.
max_fast_inline 1
