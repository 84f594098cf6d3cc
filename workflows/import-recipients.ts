import { proxyActivities } from '@temporalio/workflow';
import type { ImportRecipients } from '../activities/campaigns/import-recipients.ts';

// Idempotent: each page commits its progress, and a retry continues there.
const { importRows } = proxyActivities<ImportRecipients>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

export async function importRecipients(importId: string): Promise<void> {
  while (!(await importRows(importId)));
}
