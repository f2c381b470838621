# The gem logging with its JSON layout: ruby logging.rb
require 'logging'
require_relative 'events'

layout = Logging.layouts.json(items: %w[timestamp level logger message mdc pid file line], utc_offset: '+00:00')
log = Logging.logger['Shop::Checkout']
log.add_appenders(Logging.appenders.stdout(layout: layout))
log.caller_tracing = false

%i[debug info warn error fatal].each { |level| log.public_send(level, "level #{level}") }
log.info(FIELDS)
log.error(FAILURE.call)
log.info(MULTILINE)
Logging.mdc['trace_id'] = TRACE_ID
Logging.mdc['span_id'] = SPAN_ID
log.info('order priced')
Logging.mdc.clear
log.info(nil)
log.info('')
