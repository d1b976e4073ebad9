require_relative "config/environment"

# What `rails db:prepare` does, at every start: an example should need no step before the first.
load Rails.root.join("db/prepare.rb")
run Rails.application
