import { continueAsNew, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ForgetOld, ForgetPosition } from '../activities/contacts/apply-retention.ts';
import type { CheckLedger } from '../activities/maintenance/check-ledger.ts';

// Ours and idempotent: try until it is done.
const activities = proxyActivities<ForgetOld>({ startToCloseTimeout: '2 minutes', heartbeatTimeout: '10 seconds' });

// Reads every row: on large tables that takes long, and the next night is the retry that matters.
const { checkLedger } = proxyActivities<CheckLedger>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 3 },
});

/** Every night: what accounts chose not to keep for longer is forgotten, account after account; then whether all that is owed is accounted for. */
export async function forgetOld(from: ForgetPosition | null = null): Promise<void> {
  let at = await activities.forgetOld(from);
  while (at !== null) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof forgetOld>(at);
    at = await activities.forgetOld(at);
  }
  if (patched('ledger')) await checkLedger();
}
