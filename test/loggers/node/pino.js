// pino: node pino.js default | base-null | custom | labels | ecs
const pino = require('pino');
const e = require('./events');

const kind = process.argv[2];
const options = {
  default: { name: 'checkout' },
  'base-null': { base: null },
  custom: { customLevels: { audit: 35, silly: 5 } },
  labels: {
    messageKey: 'message', timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
  // Elastic's common schema: log.level, trace.id, error.stack_trace, http.response.status_code.
  ecs: kind === 'ecs' && { ...require('@elastic/ecs-pino-format').ecsFormat({ apmIntegration: false }), name: 'checkout' },
}[kind];
const out = pino.destination({ dest: 1, sync: true });
const log = pino({ level: 'trace', ...options }, out);

for (const level of Object.values(log.levels.labels)) log[level](`level ${level}`);
if (kind === 'custom') process.exit(); // the rest is as by default

log.info(e.fields, 'order accepted');
log.error(e.failure(), 'payment failed');
log.error({ err: e.failure(), order: '1001' }, 'payment failed');
log.error(e.failure());
log.info(e.multiline);
log.info(kind === 'ecs' ? { trace: { id: e.trace.trace_id }, span: { id: e.trace.span_id } } : e.trace, 'order priced');
log.child({ module: 'access' }).info(e.access);
log.info({ order: '1001' }, '');
log.info({ level: 'gold', msg: 'hello', time: 'noon' }, 'reserved names');
