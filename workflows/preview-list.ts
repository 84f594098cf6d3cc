import { proxyActivities } from '@temporalio/workflow';
import type { PreviewList } from '../activities/campaigns/preview-list.ts';

// Idempotent: each page commits its progress, and a retry continues there.
const { previewRows } = proxyActivities<PreviewList>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Plans an uploaded list's rows without storing messages. */
export async function previewList(previewId: string): Promise<void> {
  while (!(await previewRows(previewId)));
}
