import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { phase, woken } from './signals.ts';

/** `args` are the run's own, for when it continues as new. A signal that arrives with the last moments of a drain is seen all the same: the flag is cleared before the claim and read after it. */
export async function drainLoop(drain: () => Promise<{ sleepMs: number | null }>, args: unknown[] = []): Promise<void> {
  let wanted = false;
  let now = 'starting';
  setHandler(woken, () => {
    wanted = true;
  });
  setHandler(phase, () => now);
  for (;;) {
    wanted = false;
    now = 'draining';
    const { sleepMs } = await drain();
    if (workflowInfo().continueAsNewSuggested) await continueAsNew(...args);
    if (isSet(wanted)) continue;
    if (sleepMs === null) return;
    now = `sleeping for ${Math.round(sleepMs / 1000)} s at most`;
    if (sleepMs > 0) await condition(() => wanted, sleepMs, { summary: 'until something is due, or told' });
  }
}

/** The flag changes in a handler, behind the compiler's back. */
const isSet = (flag: boolean): boolean => flag;
