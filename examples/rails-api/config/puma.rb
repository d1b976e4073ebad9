environment ENV["RAILS_ENV"] || "production"
# A proxy in front ends TLS and says so in X-Forwarded-Proto; API_TRUSTED_PROXIES has its address.
bind "tcp://#{ENV["HOST"] || "127.0.0.1"}:#{ENV["PORT"] || 8787}"
workers Integer(ENV["WEB_CONCURRENCY"] || 0)
threads 1, 5
# A connection that is kept alive would otherwise hold a thread for 200 ms, while others wait for one.
max_fast_inline 1
