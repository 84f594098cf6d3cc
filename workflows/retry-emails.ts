import { proxyActivities } from '@temporalio/workflow';
import type { SendReplyEmails } from '../activities/mail/send-reply-emails.ts';
import { MAIL } from '../domain/task-queues.ts';
import { drainLoop } from './drain-loop.ts';

// Each mail is claimed before its attempt, and its Message-ID is the same on every one.
const { drainEmails } = proxyActivities<SendReplyEmails>({
  taskQueue: MAIL,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** The one run that retries mails: whatever is due, until nothing is owed. */
export const retryEmails = (): Promise<void> => drainLoop(drainEmails);
