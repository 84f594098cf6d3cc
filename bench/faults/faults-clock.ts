// Loaded before the product, in its processes: their clocks go wrong when they are told so.
const Right = Date;
let aheadMs = 0;

const now = (): number => Right.now() + aheadMs;
globalThis.Date = new Proxy(Right, {
  construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

process.on('message', (message) => {
  if (typeof message === 'object' && message !== null && 'clockIsAheadMs' in message) aheadMs = Number(message.clockIsAheadMs);
});
process.channel?.unref();
