import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { abortLeft } from '../database/change-endpoint.ts';
import { idAt } from '../database/ids.ts';
import { affected, rows } from '../database/sql.ts';
import { postAlarms, type AlarmWebhook } from './alarm-posts.ts';
import { forgetAlarms, watchCarriers } from './alarms.ts';
import type { Poster } from '../callbacks/request.ts';
import { reclaimDead, untilNextDue } from './claim-deliveries.ts';
import { endDoubts } from './doubts.ts';
import { matchOrphans } from './ingest-receipts.ts';
import { moveQueued } from './move-queued.ts';
import { showPartials } from './partial-replies.ts';
import { unasked } from './poll-results.ts';
import { endpointRun, type LongRun } from './wake.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  /** The country in which carriers' numbers without a prefix are read. */
  country: string;
  runs: {
    deliverReplies(ids: string[]): void;
    sendMessages(ids: string[]): void;
    sendCampaign(id: string): void;
    importRecipients(id: string): void;
    previewList(id: string): void;
    replayDeliveries(id: string): void;
    campaignChanged(id: string): void;
    syncNow(carrierId: string): Promise<void>;
    pollResults(carrierId: string): void;
  };
  signal: (run: LongRun) => Promise<void>;
  poster: Pick<Poster, 'post'>;
  alarmWebhook: AlarmWebhook | null;
};
export type Sweep = ReturnType<typeof createSweep>;

/** How many waiting rows one sweep hands over; the next takes more. */
const AT_ONCE = 20_000;
const SETTLED_AFTER_MS = 60_000;

export const createSweep = ({ pool, log, country, runs, signal, poster, alarmWebhook }: Deps) => {
  const startedAt = performance.now();
  return {
    /** Idempotent: finds what a crash left between a commit and its run, and starts it. The database is the only memory of it. */
    async sweep(): Promise<void> {
      // Not handed over for 10 s; or handed over and not filed for longer each time, for Temporal may only be slow.
      const replies = await rows<{ id: string }>(
        pool,
        `select id from replies where filed_at is null and filing_failed is null and released_at is not null
         and (handed_at is null and ingested_at < now() - interval '10 seconds'
           or handed_at < now() - least(interval '30 minutes', greatest(interval '1 minute', (handed_at - ingested_at))))
       order by ingested_at limit ${AT_ONCE}`,
      );
      if (replies.length > 0) runs.deliverReplies(replies.map((row) => row.id));

      const partials = await showPartials(pool, country);
      if (partials.length > 0) runs.deliverReplies(partials);

      const messages = await rows<{ id: string }>(
        pool,
        `select id from messages where campaign_id is null and state = 'queued' and (not_before is null or not_before < now())
         and id > $1::uuid and id < $2::uuid order by id limit ${AT_ONCE}`,
        [idAt(Date.now() - 3 * 86_400_000), idAt(Date.now() - 60_000)],
      );
      if (messages.length > 0) runs.sendMessages(messages.map((row) => row.id));

      const campaigns = await rows<{ id: string; handed: boolean }>(
        pool,
        `select id, handed_at is not null as handed from campaigns
       where ended_at is null and launched_at < now() - interval '10 seconds' and (handed_at is null or state in ('paused', 'cancelled'))`,
      );
      for (const campaign of campaigns) {
        if (campaign.handed) runs.campaignChanged(campaign.id);
        else runs.sendCampaign(campaign.id);
      }

      const imports = await rows<{ id: string }>(
        pool,
        `select id from list_imports where state = 'importing' and handed_at is null and created_at < now() - interval '10 seconds'`,
      );
      for (const { id } of imports) runs.importRecipients(id);
      const previews = await rows<{ id: string }>(
        pool,
        `select id from list_previews where state = 'running' and handed_at is null and created_at < now() - interval '10 seconds'`,
      );
      for (const { id } of previews) runs.previewList(id);
      const replays = await rows<{ id: string }>(
        pool,
        `select id from replays where ended_at is null and looked_at < now() - interval '5 minutes'`,
      );
      for (const { id } of replays) runs.replayDeliveries(id);

      const syncs = await rows<{ carrier_id: string }>(
        pool,
        `select distinct carrier_id from sync_runs where state = 'requested' and requested_at < now() - interval '1 minute'`,
      );
      for (const { carrier_id: carrierId } of syncs) await runs.syncNow(carrierId);

      for (const { carrier_id: carrierId } of await unasked(pool)) runs.pollResults(carrierId);

      await matchOrphans(pool);
      await endDoubts(pool);
      const settled = performance.now() - startedAt > SETTLED_AFTER_MS;
      await watchCarriers(pool, { settled });
      if (settled) for (const id of await moveQueued(pool)) runs.campaignChanged(id);
      await postAlarms({ pool, log, poster, webhook: alarmWebhook });
      await forgetAlarms(pool);
      await reclaimDead(pool);
      await abortLeft(pool);
      if ((await untilNextDue(pool, 'callback')) === 0) await signal('retry-callbacks');
      for (const endpointId of await unattended(pool)) await signal(endpointRun(endpointId));
      if ((await untilNextDue(pool, 'email')) === 0) await signal('retry-emails');
      const forgotten = await affected(
        pool,
        `with keys as (delete from idempotency_keys where created_at < now() - interval '30 days'),
         parts as (delete from inbound_parts where reply_id in (
           select reply_id from inbound_parts where reply_id is not null and ingested_at < now() - interval '1 day')),
         mails as (delete from inbound_mails where received_at < now() - interval '60 days'),
         gathered as (delete from gathered_mails where at < now() - interval '1 hour'),
         minutes as (delete from endpoint_minutes where minute < now() - interval '1 hour'),
         runs as (delete from wanted_runs where not wanted and name like 'endpoint/%' and changed_at < now() - interval '1 day')
       delete from carrier_sessions where closed_at < now() - interval '30 days'`,
      );
      if (replies.length + messages.length + campaigns.length + forgotten > 0) {
        log.info({ replies: replies.length, messages: messages.length, campaigns: campaigns.length }, 'the sweep found work');
      }
    },
  };
};

/** Endpoints in trouble that are owed something due, and those that were stopped, are wanted again and still hold something. */
async function unattended(pool: Pool): Promise<string[]> {
  const owed = (next: string) => `exists (select 1 from deliveries d where d.endpoint_id = e.id and d.channel = 'callback'
    and d.state in ('pending', 'retrying', 'held') and d.next_at ${next})`;
  const found = await rows<{ id: string }>(
    pool,
    `select e.id from callback_endpoints e where e.deleted_at is null
       and (e.health <> 'healthy' and ${owed('is not null')} or e.health in ('healthy', 'open', 'recovering') and ${owed('is null')})`,
  );
  return found.map((row) => row.id);
}
