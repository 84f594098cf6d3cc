import { setImmediate } from 'node:timers/promises';

/** Longest work before yielding. */
const BREATH_MS = 10;

/** Call per row of a long list: yields to other work when due. */
export function createBreath(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < BREATH_MS) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
