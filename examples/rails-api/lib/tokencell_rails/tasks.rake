namespace :tokencell do
  desc "Deletes sessions a week after their end, and counts of attempts that are over. Run it once a day."
  task cleanup: :environment do
    puts "#{TokencellRails::Session.cleanup} sessions and #{TokencellRails::AttemptCount.cleanup} counts deleted"
  end
end
