import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Preloaded into workers: answers a 'heap' message with the bytes used after a collection.

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

process.on('message', (message) => {
  if (message !== 'heap' || typeof collect !== 'function') return;
  collect();
  process.send?.({ heap: process.memoryUsage().heapUsed });
});
process.channel?.unref();
