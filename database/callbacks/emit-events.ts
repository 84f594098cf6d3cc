import type { EventType } from '../../domain/callbacks/event-types.ts';
import type { PoolClient } from 'pg';
import type { HeldReason } from '../../domain/callbacks/delivery-state.ts';
import {
  OCTOPUSH_ALSO,
  octopushBody,
  type CallbackFormat,
  type OctopushFacts,
} from '../../domain/callbacks/octopush-callback.ts';
import type { Platform } from '../../domain/sending/sender-policy.ts';
import type { EndpointScope } from './callback-endpoint.ts';
import { newId } from '../ids.ts';
import { rows, type Sql } from '../sql.ts';

/** An event of an account. `emails`: also send it to the reply settings' addresses. */
export type NewEvent = {
  accountId: string;
  type: EventType;
  replyId?: string | null;
  emails?: boolean;
  /** Its campaign, whose own address gets the event too. */
  campaignId?: string | null;
  /** Its place in the conversation, for strict order. */
  order?: { conversationId: string; sequence: number } | null;
  /** The endpoint the event is about, not notified. */
  exceptEndpoint?: string;
  /** Its place in the conversation, as shown. */
  sequence?: number | null;
  data: object;
  /** Octopush form; without it endpoints of that format are skipped. */
  octopush?: OctopushFacts;
};

/** Deliveries whose first attempts are due. */
export type DeliveriesOwed = { callbacks: string[]; emails: string[] };

/** `held`: reason to wait; null if due at once. */
type Target = {
  id: string;
  account_id: string;
  held: HeldReason | null;
  scope: EndpointScope;
  ordered: boolean;
  types: string[];
  /** Campaigns at hand that named it. */
  campaigns: string[];
  format: CallbackFormat;
  time_zone: string;
  platform: Platform;
};
type Endpoint = Target & {
  url: string;
  secrets: Buffer;
  timeout_ms: number;
  fallback_url: string | null;
  schedule: number[] | null;
};
type Owed = {
  id: string;
  accountId: string;
  eventId: string;
  channel: 'callback' | 'email';
  targetId: string;
  held: HeldReason | null;
  /** Set if its first attempt follows the commit. */
  claim: string | null;
  format: CallbackFormat;
  body: string | null;
  conversationId: string | null;
  sequence: number | null;
};
/** A delivery stored with its claim. `at`: database clock; `seen`: the same moment, monotonic. */
export type Born = {
  id: string;
  claim: string;
  eventId: string;
  replyId: string | null;
  body: string;
  endpoint: Endpoint;
  at: Date;
  seen: number;
  httpRequestId: string | null;
};
/** Deliveries written, and their accounts to `announce` after the commit. `born` are among the callbacks. */
export type Emitted = DeliveriesOwed & { accounts: string[]; born: Born[] };

/** Free places for first attempts; locks the endpoints until commit. */
export type FreshRoom = (client: PoolClient, endpointIds: string[]) => Promise<Map<string, number>>;

/** A campaign's own address always gets its replies, and otherwise its chosen types. */
function hears({ scope, types, campaigns, format }: Target, type: EventType, campaignId: string | null): boolean {
  const named = campaignId !== null && campaigns.includes(campaignId);
  const itsReplies = type === 'reply.received' || type === 'reply.completed';
  const also = format === 'standard' ? undefined : OCTOPUSH_ALSO[type];
  const chose = types.includes(type) || (also !== undefined && types.includes(also));
  return named && itsReplies ? true : chose && (scope === 'account' || named);
}

/** When the retry run takes over a first attempt. */
const TAKEN_OVER_AFTER_SECONDS = 60;
/** The same for one stored with its claim; a slow attempt renews its lease. */
export const LEASE_SECONDS = 10;

type Frozen = NewEvent & { eventId: string; frozen: string };

// An address with digests needs the conversation.
const TARGETS = `with named as (
     select id, callback_endpoint_id from campaigns where id = any($3::uuid[]) and callback_endpoint_id is not null
   )
   select 'callback' as channel, e.id, e.account_id, case when e.health in ('paused', 'disabled', 'gone') then e.health end as held, e.scope,
     e.ordered, e.types, e.format, e.url, e.secrets, e.timeout_ms, e.fallback_url, e.schedule, a.time_zone, a.platform,
     array(select n.id from named n where n.callback_endpoint_id = e.id) as campaigns
   from callback_endpoints e join accounts a on a.id = e.account_id
   where e.account_id = any($1::uuid[]) and e.deleted_at is null
     and (e.scope = 'account' and e.types && $2::text[] or e.id in (select callback_endpoint_id from named))
   union all
   select 'email', id, account_id, null, 'account', gather, '{}', 'standard', '', '', 0, null, null, 'UTC', 'v2', '{}' from reply_emails
   where $4 and account_id = any($1::uuid[]) and deleted_at is null
     and confirmed_at is not null order by id`;

// Positions come from a row per account, locked in order and just before commit: no gaps, in commit order. A UUID's order would
// skip late commits.
const STORE = `with owed as (
     insert into deliveries (id, account_id, event_id, channel, endpoint_id, email_id, state, held_reason, next_at, claim, attempts, lane,
       lease_until, run_id, created_at, format, body, conversation_id, sequence)
     select d.id, d.account_id, d.event_id, d.channel, case when d.channel = 'callback' then d.target end,
       case when d.channel = 'email' then d.target end,
       case when d.claim is not null then 'in_flight' when d.held is null then 'pending' else 'held' end,
       d.held, case when d.held is null then now() + make_interval(secs => $takenOverAfter) end,
       d.claim, (d.claim is not null)::int,
       case when d.claim is not null then 'fresh' end, case when d.claim is not null then now() + interval '${LEASE_SECONDS} seconds' end,
       $run, now(), d.format, d.body, d.conversation_id, d.sequence
     from unnest($ids::uuid[], $owedAccounts::uuid[], $owedEvents::uuid[], $channels::text[], $targets::uuid[], $held::text[],
       $formats::text[], $bodies::text[], $conversations::uuid[], $sequences::int[], $claims::uuid[])
       as d (id, account_id, event_id, channel, target, held, format, body, conversation_id, sequence, claim)
   ), locked as (
     select account_id from account_counters where account_id = any($accounts::uuid[]) order by account_id for update
   ), e as (
     select *, row_number() over (partition by account_id order by ordinal) as place, count(*) over (partition by account_id) as many
     from unnest($events::uuid[], $eventAccounts::uuid[], $replies::uuid[], $types::text[], $frozen::text[], $owedCounts::int[],
       $campaigns::uuid[])
      with ordinality as e (id, account_id, reply_id, type, body, owed, campaign_id, ordinal)
   ), drawn as (
     update account_counters c set position = c.position + n.many
     from (select distinct account_id, many from e) n join locked using (account_id)
     where c.account_id = n.account_id returning c.account_id, c.position
   ), frozen as (
     insert into events (id, account_id, position, type, reply_id, body, owed, created_at, http_request_id)
     select e.id, e.account_id, d.position - e.many + e.place, e.type, e.reply_id, e.body, e.owed, now(), c.http_request_id
    from e join drawn d using (account_id) left join campaigns c on c.id = e.campaign_id
   ) select clock_timestamp() as at,
     (select jsonb_object_agg(id, http_request_id) from campaigns where id = any($campaigns::uuid[])) as requests`;

/**
 * Freezes events and stores the deliveries their accounts chose: last statements of a transaction. `runId`: the workflow making
 * first attempts; null leaves them to the retry run, to be woken after the commit. With `room`, deliveries are stored with claims
 * as far as it goes, for the caller to attempt. Call `announce` after the commit.
 */
export async function emitEvents(
  client: PoolClient,
  happened: NewEvent[],
  runId: string | null,
  room?: FreshRoom,
): Promise<Emitted> {
  if (happened.length === 0) return { callbacks: [], emails: [], accounts: [], born: [] };
  const accounts = [...new Set(happened.map((each) => each.accountId))].toSorted();
  const targets = await rows<Endpoint & { channel: Owed['channel'] }>(client, TARGETS, [
    accounts,
    [...new Set(happened.flatMap(({ type }) => [type, OCTOPUSH_ALSO[type] ?? type]))],
    [...new Set(happened.flatMap((each) => each.campaignId ?? []))],
    happened.some((each) => each.emails === true),
  ]);
  const [endpoints, addresses] = [targets.filter(isCallback), targets.filter((each) => !isCallback(each))];
  const events = happened.map((each): Frozen => {
    const eventId = newId();
    const { type, sequence, data } = each;
    const frozen = JSON.stringify({ id: eventId, type, timestamp: new Date().toISOString(), sequence, data });
    return { ...each, eventId, frozen };
  });
  const owed = events.flatMap((event) => [
    ...deliveriesTo(
      'callback',
      event,
      endpoints.filter((endpoint) => wants(endpoint, event)),
    ),
    ...(event.emails ? deliveriesTo('email', event, addresses) : []),
  ]);
  const byId = new Map(endpoints.map((each) => [each.id, each]));
  if (owed.length > 0 && room) claimWithin(await room(client, [...byId.keys()]), owed);
  const { at, requests } = await store(client, { accounts, events, owed, runId });

  const seen = performance.now();
  const eventOf = new Map(events.map((each) => [each.eventId, each]));
  const due = owed.filter((each) => each.held === null);
  return {
    callbacks: due.filter(isCallback).map((each) => each.id),
    emails: due.filter((each) => !isCallback(each)).map((each) => each.id),
    accounts,
    born: owed.flatMap(({ id, claim, eventId, targetId, body }): Born[] => {
      const [endpoint, event] = [byId.get(targetId), eventOf.get(eventId)];
      if (claim === null || !endpoint || !event) return [];
      const httpRequestId = requests?.[event.campaignId ?? ''] ?? null;
      return [
        { id, claim, eventId, replyId: event.replyId ?? null, body: body ?? event.frozen, endpoint, at, seen, httpRequestId },
      ];
    }),
  };
}

const isCallback = ({ channel }: { channel: Owed['channel'] }): boolean => channel === 'callback';

const wants = (endpoint: Endpoint, { type, campaignId, exceptEndpoint, octopush }: NewEvent): boolean =>
  hears(endpoint, type, campaignId ?? null) &&
  endpoint.id !== exceptEndpoint &&
  (endpoint.format === 'standard' || octopush !== undefined);

const deliveriesTo = (channel: Owed['channel'], event: Frozen, targets: Target[]): Owed[] =>
  targets
    .filter((target) => target.account_id === event.accountId)
    .map(({ id, held, ordered, format, time_zone: timeZone, platform }) => ({
      id: newId(),
      accountId: event.accountId,
      eventId: event.eventId,
      channel,
      targetId: id,
      held,
      claim: null,
      format,
      body: format === 'standard' || !event.octopush ? null : octopushBody(format, event.octopush, { timeZone, platform }),
      conversationId: (ordered && event.order?.conversationId) || null,
      sequence: ordered && event.order ? event.order.sequence : null,
    }));

/** Claims as many deliveries as each endpoint has room for. */
function claimWithin(free: Map<string, number>, owed: Owed[]): void {
  for (const each of owed) {
    const left = free.get(each.targetId) ?? 0;
    if (left <= 0 || each.held !== null) continue;
    free.set(each.targetId, left - 1);
    each.claim = newId();
  }
}

/** Database time, and campaigns' request ids. */
type Stored = { at: Date; requests: Record<string, string | null> | null };

async function store(
  client: PoolClient,
  { accounts, events, owed, runId }: { accounts: string[]; events: Frozen[]; owed: Owed[]; runId: string | null },
): Promise<Stored> {
  const owedFor = new Map([...Map.groupBy(owed, (each) => each.eventId)].map(([id, list]) => [id, list.length]));
  const [stored] = await rows<Stored>(client, STORE, {
    accounts,
    events: events.map((each) => each.eventId),
    eventAccounts: events.map((each) => each.accountId),
    replies: events.map((each) => each.replyId ?? null),
    types: events.map((each) => each.type),
    frozen: events.map((each) => each.frozen),
    owedCounts: events.map((each) => owedFor.get(each.eventId) ?? 0),
    campaigns: events.map((each) => each.campaignId ?? null),
    takenOverAfter: runId === null ? 0 : TAKEN_OVER_AFTER_SECONDS,
    run: runId ?? 'retry',
    ids: owed.map((each) => each.id),
    owedAccounts: owed.map((each) => each.accountId),
    owedEvents: owed.map((each) => each.eventId),
    channels: owed.map((each) => each.channel),
    targets: owed.map((each) => each.targetId),
    held: owed.map((each) => each.held),
    formats: owed.map((each) => each.format),
    bodies: owed.map((each) => each.body),
    conversations: owed.map((each) => each.conversationId),
    sequences: owed.map((each) => each.sequence),
    claims: owed.map((each) => each.claim),
  });
  return { at: stored?.at ?? new Date(), requests: stored?.requests ?? {} };
}

/** Unattempted deliveries of a run's replies, and first attempts possibly under way. */
export async function stillOwed(sql: Sql, replyIds: string[], runId: string): Promise<DeliveriesOwed> {
  const found = await rows<{ id: string; channel: 'callback' | 'email' }>(
    sql,
    // A lateral join keeps the plan event by event, whatever the estimates.
    `select d.id, d.channel from events e cross join lateral (select * from deliveries where event_id = e.id offset 0) d
     where e.reply_id = any($1::uuid[]) and d.run_id = $2
       and (d.state = 'pending' or d.channel = 'callback' and d.state = 'in_flight' and d.attempts = 1) order by d.id`,
    [replyIds, runId],
  );
  const idsOf = (channel: string) => found.filter((each) => each.channel === channel).map(({ id }) => id);
  return { callbacks: idsOf('callback'), emails: idsOf('email') };
}
