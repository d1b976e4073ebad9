environment ENV["RAILS_ENV"] || "production"
# Whatever is in front of it, a proxy or a load balancer, ends TLS, and says so in X-Forwarded-Proto.
bind "tcp://#{ENV["HOST"] || "127.0.0.1"}:#{ENV["PORT"] || 8787}"
threads 1, 5
# A connection that is kept alive would otherwise hold a thread for 200 ms, while others wait for one.
max_fast_inline 1
