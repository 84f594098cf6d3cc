import { proxyActivities, proxyLocalActivities, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { FileReplies } from '../activities/replies/file-replies.ts';
import type { PushReplies } from '../activities/replies/push-replies.ts';
import type { CallbacksPosted, PostCallbacks } from '../activities/callbacks/post-callbacks.ts';
import type { SendReplyEmails } from '../activities/mail/send-reply-emails.ts';
import { MAIL } from '../domain/task-queues.ts';
import { whereIs } from './signals.ts';
import { settleAll } from './settle-all.ts';

// Idempotent: retry until done. Local activities save two tasks and a queue.
const filing = { startToCloseTimeout: '30 seconds', retry: { maximumInterval: '10 seconds' } } as const;
const { fileReplies: fileHere } = proxyLocalActivities<FileReplies>({ ...filing, localRetryThreshold: '5 seconds' });
const { fileReplies } = proxyActivities<FileReplies>({ ...filing, heartbeatTimeout: '10 seconds' });

// First attempts only, three seconds at most: slow and failed ones go to the retry run. A retry of this page finds nothing to
// claim. If given up here, that run takes over and this one fails by the step's name.
const posting = { startToCloseTimeout: '60 seconds', retry: { maximumAttempts: 5 } } as const;
const { postCallbacks: postHere } = proxyLocalActivities<PostCallbacks>(posting);
const { postCallbacks } = proxyActivities<PostCallbacks>({ ...posting, heartbeatTimeout: '10 seconds' });

const { sendReplyEmails } = proxyActivities<SendReplyEmails>({
  taskQueue: MAIL,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 5 },
});

// A late or repeated notification is worse than none.
const { pushReplies } = proxyActivities<PushReplies>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } });

/** `named`: index the run by its accounts. Costs a write, so not under load. */
type Page = { replyIds: string[]; named: boolean };

/** The retry runs continue what is `retrying`, `held` or `underWay`. */
type PageResult = {
  filed: number;
  unattributed: number;
  callbacks: CallbacksPosted;
  mails: number;
};

/** One run for replies that arrived together: files them, then delivers them every way their accounts chose. */
export const deliverReplyPage = ({ replyIds, named }: Page): Promise<PageResult> =>
  deliver(replyIds, { fileReplies: fileHere, postCallbacks: postHere, sendReplyEmails }, named);

/** For runs of older processes, with ordinary activities. */
export async function deliverReplies(replyIds: string[]): Promise<void> {
  await deliver(replyIds, { fileReplies, postCallbacks, sendReplyEmails }, false);
}

type Steps = Pick<FileReplies & PostCallbacks & SendReplyEmails, 'fileReplies' | 'postCallbacks' | 'sendReplyEmails'>;

async function deliver(replyIds: string[], steps: Steps, named: boolean): Promise<PageResult> {
  let step: 'filing' | 'delivering' | 'done' = 'filing';
  setHandler(whereIs, (replyId) => (replyIds.includes(replyId) ? step : 'unknown'));
  const owed = await steps.fileReplies(replyIds);
  if (named && owed.accounts.length > 0) upsertSearchAttributes({ AccountIds: owed.accounts.slice(0, MOST_ACCOUNTS) });
  step = 'delivering';
  const posting = owed.callbacks.length > 0 ? steps.postCallbacks(owed.callbacks) : undefined;
  await settleAll({
    postCallbacks: posting,
    sendReplyEmails: owed.emails.length > 0 ? steps.sendReplyEmails(owed.emails) : undefined,
    pushReplies: owed.pushes ? pushReplies(replyIds).catch(() => 0) : undefined,
  }).finally(() => {
    step = 'done';
  });
  return {
    filed: owed.filed,
    unattributed: owed.unattributed,
    // Given up, in runs from before `fail-by-name`.
    callbacks: (await posting?.catch(() => null)) ?? { delivered: 0, retrying: 0, held: 0, underWay: 0 },
    mails: owed.emails.length,
  };
}

const MOST_ACCOUNTS = 10;
