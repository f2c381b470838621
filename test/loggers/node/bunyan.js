// bunyan: node bunyan.js
const bunyan = require('bunyan');
const e = require('./events');

const log = bunyan.createLogger({ name: 'checkout', level: 'trace', serializers: bunyan.stdSerializers });

for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) log[level](`level ${level}`);
log.info(e.fields, 'order accepted');
log.error(e.failure(), 'payment failed');
log.error(e.failure());
log.info(e.multiline);
log.info(e.trace, 'order priced');
log.info(e.access);
log.info({ order: '1001' }, '');
