module TokencellRails
  # The data that a session stores about its last request. Headers may contain any bytes; databases accept text only.
  class Device
    def self.of(request)
      agent = request.user_agent.to_s.dup.force_encoding("UTF-8").scrub("").delete("\0")
      { user_agent: agent.first(255), address: request.remote_ip.to_s.first(64) }
    end
  end
end
