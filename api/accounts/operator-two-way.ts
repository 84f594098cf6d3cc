import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { Account } from '../../database/account.ts';
import { announce } from '../../database/live.ts';
import { rows, transaction } from '../../database/sql.ts';
import { addTwoWayStep, lockTwoWay, releaseHeld, tellTwoWay } from '../../database/accounts/two-way.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';
import { AccountView, accountView } from './account.ts';
import { actorOf } from '../http/auth.ts';
import { pageBy, pageOf, PageQuery } from '../http/cursor.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** Replies handed over at once; the sweep hands over the rest. */
const AT_ONCE = 20_000;

const Decision = z
  .strictObject({
    state: z.enum(['on', 'off', 'refused']),
    reason: z.string().trim().min(1).max(1000).openapi({ description: 'The account reads it' }),
    releaseHeld: z.boolean().default(false).openapi({
      description: 'With on: shows and delivers the replies that came to what the account sent while two-way SMS was off',
    }),
  })
  .openapi('TwoWayDecision');
const Decided = AccountView.extend({
  released: z.number().int().openapi({ description: 'Replies that are shown and delivered now' }),
}).openapi('TwoWayDecided');

const RequestView = z
  .object({
    account: z.object({ id: Id, name: z.string(), platform: z.enum(['v0', 'v2']) }),
    at: Time,
    by: z.string(),
    reason: z.string().nullable(),
    expectedVolume: z.number().int().nullable().openapi({ description: 'Replies a month' }),
    refusedBefore: z.number().int(),
  })
  .openapi('WaitingTwoWayRequest');

const route = routesOf('Operator: accounts');
const queue = route('get', '/two-way-requests', 'listTwoWayRequests', {
  summary: 'Accounts that wait for two-way SMS, longest wait first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(RequestView)),
});
const decide = route('put', '/accounts/{id}/two-way', 'decideTwoWay', {
  summary: 'Turn two-way SMS on or off, or refuse it; the account is told by mail and by event',
  request: { params: IdParam, body: body(Decision) },
  responses: ok('The account as it is now', Decided, notFound),
});

type Waiting = {
  id: string;
  name: string;
  platform: 'v0' | 'v2';
  at: string;
  by: string;
  reason: string | null;
  expectedVolume: number | null;
  refusedBefore: number;
};
const LONGEST_FIRST = {
  scope: 'two-way-requests',
  position: z.tuple([Time, Id]),
  placeOf: ({ at, id }: Waiting): [string, string] => [at, id],
};
const requestView = ({ id, name, platform, ...request }: Waiting) => ({ account: { id, name, platform }, ...request });

export const operatorTwoWay = ({ db, runs }: ApiServices) =>
  forAnyone()
    .openapi(queue, async (c) => {
      const find = (after: [string, string] | null, most: number) =>
        rows<Waiting>(
          db.pool,
          `select id, name, platform, last->>'at' as at, last->>'by' as by, last->>'reason' as reason,
             (last->>'expectedVolume')::int as "expectedVolume",
             jsonb_array_length(jsonb_path_query_array(two_way_history, '$[*] ? (@.state == "refused")')) as "refusedBefore"
           from (select *, two_way_history->-1 as last from accounts where two_way = 'requested') a
           where $1::text is null or (last->>'at', id) > ($1, $2::uuid) order by last->>'at', id limit $3`,
          [...(after ?? [null, null]), most],
        );
      return c.json(await pageBy(c.req.valid('query'), LONGEST_FIRST, find, requestView), 200);
    })
    .openapi(decide, async (c) => {
      const { id } = c.req.valid('param');
      const { state, reason, releaseHeld: release } = c.req.valid('json');
      if (release && state !== 'on') throw invalidRequest(fault('releaseHeld', 'release-without-on', { state }));
      const by = actorOf(c.get('keyId'));
      const released = await transaction(db.pool, async (client) => {
        const before = existing(await lockTwoWay(client, id));
        await addTwoWayStep(client, id, { state, at: new Date().toISOString(), by, reason });
        const count = release ? await releaseHeld(client, id) : 0;
        const detail = { state, reason, released: count };
        await recordAudit(client, { actor: by, accountId: id, action: 'two-way.decide', target: `account ${id}`, detail });
        if (before.twoWay !== state) await tellTwoWay(client, id, state, reason);
        return count;
      });
      await announce(db.pool, [id]);
      runs.retryCallbacks();
      runs.retryEmails();
      if (released > 0) {
        const held = await rows<{ id: string }>(
          db.pool,
          'select id from replies where account_id = $1 and unhide and filed_at is null order by id limit $2',
          [id, AT_ONCE],
        );
        runs.deliverReplies(held.map((reply) => reply.id));
      }
      const account = await db.em().findOneOrFail(Account, { id });
      return c.json({ ...accountView(account), released }, 200);
    });
