import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded before the product's own code by benches that ask how much a process holds on to. A message 'heap' is answered with bytes after a collection.

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

process.on('message', (message) => {
  if (message !== 'heap' || typeof collect !== 'function') return;
  collect();
  process.send?.({ heap: process.memoryUsage().heapUsed });
});
process.channel?.unref();
