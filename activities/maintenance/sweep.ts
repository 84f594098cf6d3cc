import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { abortLeft } from '../../database/callbacks/change-endpoint.ts';
import { idAt } from '../../database/ids.ts';
import { announce } from '../../database/live.ts';
import { forgetAudit } from '../../database/people/audit.ts';
import { affected, rows } from '../../database/sql.ts';
import { postAlarms, type AlarmWebhook } from '../carriers/alarm-webhook.ts';
import { forgetAlarms, watchCarriers } from '../carriers/watch-carriers.ts';
import type { Poster } from '../../webhook-client/request.ts';
import { reclaimDead, untilNextDue } from '../due-deliveries.ts';
import { tellGivenUp } from '../callbacks/tell-given-up.ts';
import { endDoubts } from '../sending/in-doubt.ts';
import { matchOrphans } from '../sending/ingest-receipts.ts';
import { tellNews } from '../sending/message-events.ts';
import { failOverQueued } from '../sending/failover.ts';
import { showPartials } from '../replies/partial-replies.ts';
import { unasked } from '../sending/poll-results.ts';
import { endpointRun, type LongRun } from '../wake-run.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  /** Country for carriers' numbers without a prefix. */
  country: string;
  runs: {
    deliverReplies(ids: string[]): void;
    deliverAgain(ids: string[]): void;
    sendMessages(ids: string[]): void;
    sendCampaign(id: string): void;
    importRecipients(id: string, accountId: string): void;
    previewList(id: string, accountId: string): void;
    replayDeliveries(id: string, accountId: string): void;
    campaignChanged(id: string): void;
    syncNow(carrierId: string): Promise<void>;
    pollResults(carrierId: string): void;
  };
  signal: (run: LongRun) => Promise<void>;
  poster: Pick<Poster, 'post'>;
  alarmWebhook: AlarmWebhook | null;
  auditDays: number;
};
type Id = { id: string };
type Found = Id & { account_id: string };
export type Sweep = ReturnType<typeof createSweep>;

/** Most rows one sweep hands over per job. */
const AT_ONCE = 20_000;
const SETTLED_AFTER_MS = 60_000;

/** Failures in a row after which the others would fail too. */
const MOST_FAILURES = 3;

/** Independent jobs. All are idempotent and keep their state in the database only. */
export const createSweep = ({ pool, log, country, runs, signal, poster, alarmWebhook, auditDays }: Deps) => {
  const startedAt = performance.now();
  /** False just after the start, while lines are still opening. */
  const settled = () => performance.now() - startedAt > SETTLED_AFTER_MS;

  /** Starts what a crash left between a commit and its run. */
  async function start<R>(what: string, left: Promise<R[]>, run: (found: R[]) => void): Promise<void> {
    const found = await left;
    if (found.length === 0) return;
    log.info({ [what]: found.length }, 'the sweep found work');
    run(found);
  }
  const all = (run: (ids: string[]) => void) => (found: Id[]) => run(found.map(({ id }) => id));
  const each = (run: (id: string) => void) => (found: Id[]) => found.forEach(({ id }) => run(id));
  const one = (run: (id: string, accountId: string) => void) => (found: Found[]) =>
    found.forEach(({ id, account_id: accountId }) => run(id, accountId));

  return {
    startReplies: () => start('replies', rows<Id>(pool, unfiled(AT_ONCE)), all(runs.deliverAgain)),
    async startPartials(): Promise<void> {
      const partials = await showPartials(pool, country);
      if (partials.length > 0) runs.deliverReplies(partials);
    },
    startMessages: () =>
      start(
        'messages',
        rows<Id>(
          pool,
          `select id from messages where campaign_id is null and state = 'queued' and (not_before is null or not_before < now())
           and (id > $1::uuid and id < $2::uuid or send_at between now() - interval '3 days' and now() - interval '1 minute')
           order by id limit ${AT_ONCE}`,
          [idAt(Date.now() - 3 * 86_400_000), idAt(Date.now() - 60_000)],
        ),
        all(runs.sendMessages),
      ),
    startCampaigns: () => start('campaigns', rows<Id>(pool, `${CAMPAIGNS_LEFT} and handed_at is null`), each(runs.sendCampaign)),
    /** Signals runs that missed a pause or cancel. */
    tellCampaigns: () =>
      start(
        'changed',
        rows<Id>(pool, `${CAMPAIGNS_LEFT} and handed_at is not null and state in ('paused', 'cancelled')`),
        each(runs.campaignChanged),
      ),
    startImports: () =>
      start(
        'imports',
        rows<Found>(
          pool,
          `select id, account_id from list_imports where state = 'importing' and handed_at is null and created_at < now() - interval '10 seconds'`,
        ),
        one(runs.importRecipients),
      ),
    startPreviews: () =>
      start(
        'previews',
        rows<Found>(
          pool,
          `select id, account_id from list_previews where state = 'running' and handed_at is null and created_at < now() - interval '10 seconds'`,
        ),
        one(runs.previewList),
      ),
    startReplays: () =>
      start(
        'replays',
        rows<Found>(
          pool,
          `select id, account_id from replays where ended_at is null and looked_at < now() - interval '5 minutes'`,
        ),
        one(runs.replayDeliveries),
      ),
    async startSyncs(): Promise<void> {
      const asked = await rows<{ carrier_id: string }>(
        pool,
        `select distinct carrier_id from sync_runs where state = 'requested' and requested_at < now() - interval '1 minute'`,
      );
      await forEach(asked, ({ carrier_id: carrierId }) => runs.syncNow(carrierId));
    },
    async startResults(): Promise<void> {
      for (const { carrier_id: carrierId } of await unasked(pool)) runs.pollResults(carrierId);
    },
    matchReceipts: () => matchOrphans(pool),
    async endDoubts(): Promise<void> {
      await endDoubts(pool);
      const accounts = await tellNews(pool);
      if (accounts.length > 0) await announce(pool, accounts);
    },
    watchCarriers: () => done(watchCarriers(pool, { settled: settled() })),
    postAlarms: () => postAlarms({ pool, log, poster, webhook: alarmWebhook }),
    forgetAlarms: () => done(forgetAlarms(pool)),
    async failOverQueued(): Promise<void> {
      if (settled()) for (const id of await failOverQueued(pool)) runs.campaignChanged(id);
    },
    reclaimAttempts: () => done(reclaimDead(pool)),
    abortLeft: () => done(abortLeft(pool)),
    async wakeCallbacks(): Promise<void> {
      if ((await untilNextDue(pool, 'callback')) === 0) await signal('retry-callbacks');
    },
    async wakeEndpoints(): Promise<void> {
      await forEach(await unattended(pool), (endpointId) => signal(endpointRun(endpointId)));
    },
    async wakeEmails(): Promise<void> {
      if (await tellGivenUp(pool)) await signal('retry-callbacks');
      if ((await untilNextDue(pool, 'email')) === 0) await signal('retry-emails');
    },
    async forgetStale(): Promise<void> {
      await affected(pool, FORGET);
      await forgetAudit(pool, auditDays);
      await affected(pool, `insert into upkeep (name, at) values ('sweep', now()) on conflict (name) do update set at = now()`);
    },
  };
};

/** Replies unfiled for 10 s, and those handed over again, at doubling intervals: Temporal may only be slow. */
const unfiled = (
  most: number,
): string => `select id from replies where filed_at is null and filing_failed is null and released_at is not null
  and now() - greatest(handed_at, released_at) > least(interval '30 minutes', greatest(interval '10 seconds', handed_at - released_at))
  order by ingested_at limit ${most}`;

type Watch = Pick<Deps, 'pool' | 'log'> & {
  everyMs: number;
  runs: Pick<Deps['runs'], 'deliverAgain'> & { lagging(): boolean };
  wake: (...runs: LongRun[]) => Promise<void>;
};

/** Between sweeps: takes up within seconds what a killed process was working on. */
export function openWatch({ pool, log, everyMs, runs, wake }: Watch): Disposable {
  let looking = false;
  async function look(): Promise<void> {
    // A process with a backlog would only add to it.
    const left = runs.lagging() ? [] : await rows<{ id: string }>(pool, unfiled(WATCHED));
    if (left.length > 0) runs.deliverAgain(left.map(({ id }) => id));
    if ((await reclaimDead(pool)) > 0) await wake('retry-callbacks', 'retry-emails');
  }
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, 'what a killed process left was not looked for; the sweep does'))
      .finally(() => (looking = false));
  }, everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
const WATCHED = 500;

const CAMPAIGNS_LEFT = `select id from campaigns where ended_at is null and launched_at < now() - interval '10 seconds'`;

const FORGET = `with keys as (delete from idempotency_keys where created_at < now() - interval '30 days'),
    parts as (delete from inbound_parts where reply_id in (
      select reply_id from inbound_parts where reply_id is not null and ingested_at < now() - interval '1 day')),
    mails as (delete from inbound_mails where received_at < now() - interval '60 days'),
    gathered as (delete from gathered_mails where at < now() - interval '1 hour'),
    minutes as (delete from endpoint_minutes where minute < now() - interval '1 hour'),
    runs as (delete from wanted_runs where not wanted and name like 'endpoint/%' and changed_at < now() - interval '1 day')
  delete from carrier_sessions where closed_at < now() - interval '30 days'`;

const done = async (work: Promise<unknown>): Promise<void> => void (await work);

/** One after the other despite failures; then throws the first. */
async function forEach<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    await work(item).catch((error: unknown) => void failures.push(error));
    if (failures.length === MOST_FAILURES) break;
  }
  if (failures.length > 0) throw failures[0];
}

/** Endpoints whose run is missing: in trouble with something due, or restarted with held deliveries. */
async function unattended(pool: Pool): Promise<string[]> {
  const owed = (next: string) => `exists (select 1 from deliveries d where d.endpoint_id = e.id and d.channel = 'callback'
    and d.state in ('pending', 'retrying', 'held') and d.next_at ${next})`;
  const found = await rows<{ id: string }>(
    pool,
    `select e.id from callback_endpoints e where e.deleted_at is null
       and (e.health <> 'healthy' and ${owed('is not null')} or e.health in ('healthy', 'open', 'recovering') and ${owed('is null')}
         or (e.track->>'unsteadySince') is not null)`,
  );
  return found.map((row) => row.id);
}
