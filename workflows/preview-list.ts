import { proxyActivities } from '@temporalio/workflow';
import type { PreviewList } from '../activities/campaigns/preview-list.ts';

// Each page is one commit with the preview's progress: an activity that is tried again goes on where the last one was.
const { previewRows } = proxyActivities<PreviewList>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Plans the rows of an uploaded list until all are counted, and stores none of them. */
export async function previewList(previewId: string): Promise<void> {
  while (!(await previewRows(previewId)));
}
