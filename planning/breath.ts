import { setImmediate } from 'node:timers/promises';

/** How long rows are worked through before others get their turn. */
const BREATH_MS = 10;

/** Called at each row of a long list: others are served in between, however long a row takes. */
export function createBreath(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < BREATH_MS) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
