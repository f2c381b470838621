# Ruby's Logger with its default form: ruby std.rb
require 'logger'
require_relative 'events'

log = Logger.new($stdout, progname: 'checkout')
Logger::Severity.constants.sort_by { |c| Logger::Severity.const_get(c) }.each do |level|
  log.add(Logger::Severity.const_get(level), "level #{level}")
end
log.error(FAILURE.call)
log.info(MULTILINE)
log.info('')
