// The values that every logger gets.
const path = require('path');

class PaymentError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = 'PaymentError';
    this.code = 'ECONNREFUSED';
  }
}

// failure returns an error whose stack names no folder of this machine.
exports.failure = () => {
  const err = new PaymentError('charge card', { cause: new Error('connection refused') });
  for (const e of [err, err.cause]) {
    e.stack = e.stack.replaceAll(path.dirname(__dirname), '/app').split('\n').slice(0, 4).join('\n');
  }
  return err;
};
exports.fields = {
  order: '1001', items: 3, total: 49.9, paid: true, coupon: null,
  customer: { id: 17, country: 'AT' }, skus: ['A-17', 'B-2'],
};
exports.multiline = 'first line\nsecond line: Grüße, 世界 🚀';
exports.trace = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7', trace_flags: '01' };
exports.access = { method: 'GET', path: '/orders', status: 200, duration: 12.5 };
