import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Poster } from '../callbacks/request.ts';
import type { Schedule } from '../domain/retry-schedule.ts';
import type { Secrets } from '../database/secrets.ts';
import { createCampaignSteps } from './campaign-steps.ts';
import { createFileReplies } from './file-replies.ts';
import type { Lines } from './lines.ts';
import type { Mailer } from './mailer.ts';
import { createPostCallbacks } from './post-callbacks.ts';
import { createSendBatch } from './send-batch.ts';
import { createSendReplyEmails } from './send-reply-emails.ts';
import { createSweep } from './sweep.ts';
import { createSyncLowcost } from './sync-lowcost.ts';
import { createWake, type LongRun } from './wake.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  secrets: Secrets;
  lines: Lines;
  poster: Poster;
  mailer: Mailer | null;
  runs: Parameters<typeof createSweep>[0]['runs'];
  signal: (run: LongRun) => Promise<void>;
  country: string;
  mailDomain: string;
  publicUrl: string | null;
  injectableClock: boolean;
  /** Other schedules than the product's, for tests. */
  callbackSchedule?: Schedule;
  emailSchedule?: Schedule;
};

/** Every activity, by the task queue whose worker offers it. */
export function createActivities(deps: Deps) {
  const { pool, log, lines, runs, country, signal } = deps;
  const wake = createWake({ pool, signal });
  const posting = createPostCallbacks({
    pool,
    log,
    secrets: deps.secrets,
    poster: deps.poster,
    wake,
    ...(deps.callbackSchedule ? { schedule: deps.callbackSchedule } : {}),
  });
  const mail = createSendReplyEmails({
    pool,
    log,
    mailer: deps.mailer,
    wake,
    domain: deps.mailDomain,
    publicUrl: deps.publicUrl,
    ...(deps.emailSchedule ? { schedule: deps.emailSchedule } : {}),
  });
  const { openSync, closeSync, syncPages } = createSyncLowcost({
    pool,
    lines,
    country,
    deliverReplies: runs.deliverReplies,
    injectableClock: deps.injectableClock,
  });
  return {
    control: {
      ...createFileReplies({ pool, log }),
      ...createCampaignSteps({ pool }),
      ...createSweep({ pool, log, runs, signal }),
      openSync,
      closeSync,
    },
    callbacks: { postCallbacks: posting.postCallbacks },
    callbacksRetry: { drainCallbacks: posting.drainCallbacks },
    mail: { sendReplyEmails: mail.sendReplyEmails, drainEmails: mail.drainEmails },
    carrier: { ...createSendBatch({ pool, lines }), syncPages },
  };
}
