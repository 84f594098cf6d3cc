import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ForgetOld, ForgetPosition } from '../activities/contacts/apply-retention.ts';

// Ours and idempotent: try until it is done.
const activities = proxyActivities<ForgetOld>({ startToCloseTimeout: '2 minutes', heartbeatTimeout: '10 seconds' });

/** Every night: what accounts chose not to keep for longer is forgotten, account after account. */
export async function forgetOld(from: ForgetPosition | null = null): Promise<void> {
  let at = await activities.forgetOld(from);
  while (at !== null) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof forgetOld>(at);
    at = await activities.forgetOld(at);
  }
}
