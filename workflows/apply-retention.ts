import { continueAsNew, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ForgetOld, ForgetPosition } from '../activities/contacts/apply-retention.ts';
import type { CheckLedger } from '../activities/maintenance/check-ledger.ts';

// Idempotent: retry until done.
const activities = proxyActivities<ForgetOld>({ startToCloseTimeout: '2 minutes', heartbeatTimeout: '10 seconds' });

// Reads every row, which takes long; the next night repeats it anyway.
const { checkLedger } = proxyActivities<CheckLedger>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 3 },
});

/** Nightly: deletes what accounts no longer keep, then checks the ledger. */
export async function forgetOld(from: ForgetPosition | null = null): Promise<void> {
  let at = await activities.forgetOld(from);
  while (at !== null) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof forgetOld>(at);
    at = await activities.forgetOld(at);
  }
  if (patched('ledger')) await checkLedger();
}
