// Loaded before each program: a fixed time, process and host.
const os = require('os');

const now = Date.UTC(2026, 2, 2, 8, 15, 30, 123);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now]));
  }
  static now() { return now; }
};
Object.defineProperty(process, 'pid', { value: 4711 });
os.hostname = () => 'vm-1.example.com';
