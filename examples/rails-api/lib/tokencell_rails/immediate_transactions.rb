module TokencellRails
  # SQLite has no row locks. A transaction that reads before it writes must take the write lock at its start. Later, SQLite
  # refuses the lock immediately ("database is locked") instead of waiting. Rails 8.0 does this itself (rails/rails#50371).
  module ImmediateTransactions
    def self.built_in? = ActiveRecord::VERSION::MAJOR >= 8

    def begin_db_transaction
      log("BEGIN IMMEDIATE TRANSACTION", "TRANSACTION") do
        # Since Rails 7.1, the connection is opened when it is needed.
        next @connection.transaction(:immediate) unless respond_to?(:with_raw_connection, true)
        with_raw_connection(allow_retry: true, materialize_transactions: false) do |connection|
          connection.transaction(:immediate)
          verified!
        end
      end
    end
  end
end
