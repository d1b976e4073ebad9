module TokencellRails
  # What a session remembers of the request that used it last. Headers can have any bytes, databases take text only.
  class Device
    def self.of(request)
      agent = request.user_agent.to_s.dup.force_encoding("UTF-8").scrub("").delete("\0")
      { user_agent: agent.first(255), address: request.remote_ip.to_s.first(64) }
    end
  end
end
