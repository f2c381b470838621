// pino: node pino.js default | base-null | custom | labels
const pino = require('pino');
const e = require('./events');

const options = {
  default: { name: 'checkout' },
  'base-null': { base: null },
  custom: { customLevels: { audit: 35, silly: 5 } },
  labels: {
    messageKey: 'message', timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
}[process.argv[2]];
const out = pino.destination({ dest: 1, sync: true });
const log = pino({ level: 'trace', ...options }, out);

for (const level of Object.values(log.levels.labels)) log[level](`level ${level}`);
if (process.argv[2] === 'custom') process.exit(); // the rest is as by default

log.info(e.fields, 'order accepted');
log.error(e.failure(), 'payment failed');
log.error({ err: e.failure(), order: '1001' }, 'payment failed');
log.error(e.failure());
log.info(e.multiline);
log.info(e.trace, 'order priced');
log.child({ module: 'access' }).info(e.access);
log.info({ order: '1001' }, '');
log.info({ level: 'gold', msg: 'hello', time: 'noon' }, 'reserved names');
