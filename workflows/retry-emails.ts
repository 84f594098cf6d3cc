import { proxyActivities } from '@temporalio/workflow';
import type { SendReplyEmails } from '../activities/mail/send-reply-emails.ts';
import { MAIL } from '../domain/task-queues.ts';
import { drainLoop } from './drain-loop.ts';

// Claimed before sending, with one Message-ID for all attempts.
const { drainEmails } = proxyActivities<SendReplyEmails>({
  taskQueue: MAIL,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** The run that retries mails until nothing is owed. */
export const retryEmails = (): Promise<void> => drainLoop(drainEmails);
