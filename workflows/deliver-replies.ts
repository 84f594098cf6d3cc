import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { FileReplies } from '../activities/replies/file-replies.ts';
import type { PostCallbacks } from '../activities/callbacks/post-callbacks.ts';
import type { SendReplyEmails } from '../activities/mail/send-reply-emails.ts';
import { MAIL } from '../domain/task-queues.ts';
import { whereIs } from './signals.ts';
import { settleAll } from './settle-all.ts';

// Filing is ours and idempotent: try until it is done.
const { fileReplies } = proxyActivities<FileReplies>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

// First attempts only: what fails is retried by the run of retries. A second try of this page finds nothing to claim. What is
// given up here is that run's too; this one then fails by the step's name.
const { postCallbacks } = proxyActivities<PostCallbacks>({
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 5 },
});
const { sendReplyEmails } = proxyActivities<SendReplyEmails>({
  taskQueue: MAIL,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 5 },
});

/** One run for the replies that arrived together: on the platform first, then every other way their accounts chose. */
export async function deliverReplies(replyIds: string[]): Promise<void> {
  let step: 'filing' | 'delivering' | 'done' = 'filing';
  setHandler(whereIs, (replyId) => (replyIds.includes(replyId) ? step : 'unknown'));
  const owed = await fileReplies(replyIds);
  step = 'delivering';
  await settleAll({
    postCallbacks: owed.callbacks.length > 0 ? postCallbacks(owed.callbacks) : undefined,
    sendReplyEmails: owed.emails.length > 0 ? sendReplyEmails(owed.emails) : undefined,
  }).finally(() => {
    step = 'done';
  });
}
