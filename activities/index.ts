import type { ProductMetrics } from './product-metrics.ts';
import type { Logger } from 'pino';
import type { Carrier } from '../carriers/carrier.ts';
import type { Poster } from '../webhook-client/request.ts';
import { CALLBACK_SCHEDULE, type Schedule } from '../domain/callbacks/retry-schedule.ts';
import type { MailTokens } from '../database/mail/mail-tokens.ts';
import type { HashPhone } from '../database/contacts/phone-hash.ts';
import type { Database } from '../database/orm.ts';
import type { Tracing } from '../domain/tracing.ts';
import type { Secrets } from '../database/secrets.ts';
import { planListPreview } from '../planning/plan-list-preview.ts';
import { planList } from '../planning/plan-list.ts';
import type { AlarmWebhook } from './carriers/alarm-webhook.ts';
import { createAttemptCallback } from './callbacks/attempt-callback.ts';
import { createCampaignSteps } from './campaigns/campaign-steps.ts';
import { freshRoom } from './callbacks/claim-callbacks.ts';
import { createFirstClaims } from './callbacks/first-claims.ts';
import { createClaimKeeper } from './callbacks/keep-claims.ts';
import { createDrainCallbacks } from './callbacks/retry-due-callbacks.ts';
import { createDrainEndpoint } from './callbacks/recover-endpoint.ts';
import { createFileReplies } from './replies/file-replies.ts';
import { createImportRecipients } from './campaigns/import-recipients.ts';
import { createForgetOld } from './contacts/apply-retention.ts';
import type { CarrierLines } from './sending/carrier-lines.ts';
import type { Mailer } from './mail/mailer.ts';
import { createUplinkMonitor } from './callbacks/uplink-monitor.ts';
import { createEarlyOptOuts } from './lowcost/early-opt-outs.ts';
import { createPollResults } from './sending/poll-results.ts';
import { createPostCallbacks } from './callbacks/post-callbacks.ts';
import { createGatewayReader } from './lowcost/read-gateway.ts';
import { createPreviewList } from './campaigns/preview-list.ts';
import { createPushReplies, type PushWay } from './replies/push-replies.ts';
import { createRenewRentals } from './numbers/renew-rentals.ts';
import { createReplayPage } from './callbacks/replay-page.ts';
import { createResultRecorder } from './callbacks/record-results.ts';
import { createSendBatch } from './sending/send-batch.ts';
import { createNoMails, createSendReplyEmails } from './mail/send-reply-emails.ts';
import { createCheckLedger } from './maintenance/check-ledger.ts';
import { createSweep } from './maintenance/sweep.ts';
import { createSyncLowcost } from './lowcost/sync-lowcost.ts';
import { createRunWaker, type LongRun } from './wake-run.ts';

type Deps = {
  log: Logger;
  secrets: Secrets;
  lines: CarrierLines;
  registry: Record<string, Carrier>;
  poster: Poster;
  mailer: Mailer | null;
  onCallbacksDue: () => void;
  /** A run has filed its replies or looked at its messages: the start gate may admit another. */
  onPageTaken: (runId: string) => void;
  runs: Parameters<typeof createSweep>[0]['runs'];
  signal: (run: LongRun) => Promise<void>;
  db: Database;
  /** Number that takes STOP from France for messages without their own. */
  stopNumber: string | null;
  country: string;
  hashPhone: HashPhone;
  mailDomain: string;
  mailTokens: MailTokens;
  push: PushWay;
  /** Domain that receives answers and bounces; null if none. */
  inboundDomain: string | null;
  publicUrl: string | null;
  injectableClock: boolean;
  alarmWebhook: AlarmWebhook | null;
  auditDays: number;
  /** This process's name for the operator. */
  worker: string;
  metrics: ProductMetrics;
  tracing: Tracing;
  /** Shorter schedules for tests. */
  callbackSchedule?: Schedule;
  emailSchedule?: Schedule;
};

/** Every activity by task queue; `callbacksOver` resolves when no attempt is under way. */
export function createActivities(deps: Deps) {
  const { db, log, lines, runs, country, signal } = deps;
  const { pool } = db;
  const wake = createRunWaker({ pool, signal });
  const uplink = createUplinkMonitor({ pool, log, worker: deps.worker });
  const schedule = deps.callbackSchedule ?? CALLBACK_SCHEDULE;
  const recorder = createResultRecorder({ pool, log, wake, onCallbacksDue: deps.onCallbacksDue });
  const { attempt: make, over } = createAttemptCallback({
    secrets: deps.secrets,
    poster: deps.poster,
    uplink,
    metrics: deps.metrics,
    tracing: deps.tracing,
    recorder,
    schedule,
  });
  const keep = createClaimKeeper(pool);
  const attempt: typeof make = (delivery) => keep(delivery, make(delivery));
  const firsts = createFirstClaims({ pool, log, onCallbacksDue: recorder.wakeRetries });
  const callbacks = { pool, log, attempt, uplink, wake, firsts };
  const mail = deps.mailer
    ? createSendReplyEmails({
        pool,
        log,
        mailer: deps.mailer,
        wake,
        domain: deps.mailDomain,
        publicUrl: deps.publicUrl,
        inboundDomain: deps.inboundDomain,
        tokens: deps.mailTokens,
        ...(deps.emailSchedule ? { schedule: deps.emailSchedule } : {}),
      })
    : createNoMails();
  const readGateway = createGatewayReader({ pool, lines, registry: deps.registry, country });
  const applyEarlyOptOuts = createEarlyOptOuts({ pool, log, lines, readGateway, hashPhone: deps.hashPhone });
  const { syncPages, ...sync } = createSyncLowcost({
    pool,
    readGateway,
    deliverReplies: runs.deliverReplies,
    injectableClock: deps.injectableClock,
  });
  return {
    callbacksOver: () => over().then(firsts.close).then(recorder.count),
    control: {
      ...createFileReplies({
        pool,
        log,
        hashPhone: deps.hashPhone,
        sendMessages: runs.sendMessages,
        oweMails: () => wake.wake('retry-emails'),
        onPageTaken: deps.onPageTaken,
        first: { room: () => (uplink.down ? undefined : freshRoom), keep: firsts.keep },
        onCallbacksDue: recorder.wakeRetries,
        onFiled: deps.metrics.page,
      }),
      ...createPushReplies({ ...deps, pool }),
      ...createPostCallbacks(callbacks),
      ...createCampaignSteps({ pool, onPageTaken: deps.onPageTaken }),
      ...createImportRecipients({ pool, plan: (id, columns) => planList(deps, id, columns) }),
      ...createPreviewList({ pool, plan: (id, columns) => planListPreview(deps, id, columns) }),
      ...createForgetOld({ pool, log, hashPhone: deps.hashPhone }),
      ...createCheckLedger({ pool, log }),
      ...createRenewRentals({ pool, wake }),
      ...createReplayPage({ pool, wake }),
      ...createSweep({ ...deps, pool }),
      ...sync,
    },
    callbacksRetry: {
      ...createDrainCallbacks(callbacks),
      ...createDrainEndpoint({ ...callbacks, schedule, onPageTaken: deps.onPageTaken }),
    },
    mail: { sendReplyEmails: mail.sendReplyEmails, drainEmails: mail.drainEmails },
    carrier: {
      ...createSendBatch({ pool, log, lines, applyEarlyOptOuts, wake, onCallbacksDue: deps.onCallbacksDue }),
      ...createPollResults({ pool, lines, country, onCallbacksDue: deps.onCallbacksDue }),
      syncPages,
    },
  };
}
