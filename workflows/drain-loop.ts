import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { phase, woken } from './signals.ts';

/**
 * `args`: the run's own, to continue as new. The flag is cleared before the claim and read after it, so a signal during the drain
 * is not lost.
 */
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

/** The handler changes the flag unseen by the compiler. */
const isSet = (flag: boolean): boolean => flag;
