import { proxyActivities } from '@temporalio/workflow';
import type { ImportRecipients } from '../activities/campaigns/import-recipients.ts';

// Each page is one commit with the list's progress: an activity that is tried again goes on where the last one was.
const { importRows } = proxyActivities<ImportRecipients>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Looks at the rows of an uploaded list until all are messages or faults. */
export async function importRecipients(importId: string): Promise<void> {
  while (!(await importRows(importId)));
}
