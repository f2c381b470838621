// winston: node winston.js json | simple | syslog | cli
const winston = require('winston');
const e = require('./events');

const { combine, timestamp, errors, json, simple } = winston.format;
const kind = process.argv[2];
const levels = { json: 'npm', simple: 'npm', syslog: 'syslog', cli: 'cli' }[kind];
const format = kind === 'simple' ? simple() : combine(errors({ stack: true }), timestamp(), json());
const log = winston.createLogger({
  levels: winston.config[levels].levels,
  level: Object.keys(winston.config[levels].levels).pop(),
  format,
  defaultMeta: { service: 'checkout' },
  transports: [new winston.transports.Console()],
});

for (const level of Object.keys(winston.config[levels].levels)) log.log(level, `level ${level}`);
if (kind === 'syslog' || kind === 'cli') return; // the rest is as with json

log.info('order accepted', e.fields);
log.error(e.failure());
log.error('payment failed', e.failure());
log.info(e.multiline);
log.info('order priced', e.trace);
log.info(e.access); // an object in the place of the message
log.info('', { order: '1001' });
log.log({ level: 'info', order: '1001' }); // no message
