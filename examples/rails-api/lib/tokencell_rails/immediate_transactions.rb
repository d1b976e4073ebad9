module TokencellRails
  # SQLite has no row locks. A transaction that reads before it writes must take the write lock at its start: later, SQLite
  # refuses it at once ("database is locked") instead of waiting. Rails 8.0 does so itself (rails/rails#50371).
  module ImmediateTransactions
    def self.built_in? = ActiveRecord::VERSION::MAJOR >= 8

    def begin_db_transaction
      log("BEGIN IMMEDIATE TRANSACTION", "TRANSACTION") { tokencell_connection.transaction(:immediate) }
    end

    private

    # Rails 7.1 and 7.2 keep the connection in another variable and connect late.
    def tokencell_connection
      return @connection if ActiveRecord::VERSION::STRING < "7.1"
      verify!
      @raw_connection
    end
  end
end
