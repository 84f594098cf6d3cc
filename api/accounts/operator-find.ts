import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { rows } from '../../database/sql.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Found = z
  .object({
    kind: z.enum(['message', 'reply', 'campaign', 'endpoint', 'delivery', 'phone']),
    id: Id.openapi({ description: 'Of a phone: of the message that it was sent last by that account' }),
    account: z.object({ id: Id, name: z.string() }),
    state: z.string().nullable(),
    at: Time,
  })
  .openapi('Found');
const find = routesOf('Operator')('get', '/find', 'findForOperator', {
  summary: 'Find what an id belongs to, or which accounts wrote to a phone number. The search is audited, without the number',
  request: { query: z.object({ q: z.string().trim().min(3).max(60) }) },
  responses: ok('The newest first, 20 at most', z.object({ items: z.array(Found) })),
});

const BY_ID = `select 'message' as kind, id, account_id, state, coalesce(submitted_at, send_at) as at from messages where id = $1
  union all select 'reply', id, account_id, null, received_at from replies where id = $1
  union all select 'campaign', id, account_id, state, created_at from campaigns where id = $1
  union all select 'endpoint', id, account_id, health, created_at from callback_endpoints where id = $1
  union all select 'delivery', id, account_id, state, created_at from deliveries where id = $1`;
const BY_PHONE = `select distinct on (account_id) 'phone' as kind, id, account_id, state, coalesce(submitted_at, send_at) as at
  from messages where to_number = $1 order by account_id, id desc`;
type Row = Omit<z.infer<typeof Found>, 'account' | 'at'> & { accountId: string; name: string; at: Date | null };

/** For support: whose message, reply or number it is, and nothing of its content. */
export const operatorFind = ({ db }: ApiServices) =>
  forAnyone().openapi(find, async (c) => {
    const { q } = c.req.valid('query');
    const id = Id.safeParse(q.toLowerCase());
    const phone = normalisePhone(q, 'FR');
    if (!id.success && 'code' in phone) return c.json({ items: [] }, 200);
    const found = await rows<Row>(
      db.pool,
      `select f.kind, f.id, f.state, f.at, a.id as "accountId", a.name from (${id.success ? BY_ID : BY_PHONE}) f
       join accounts a on a.id = f.account_id order by f.at desc nulls last, f.id desc limit 20`,
      [id.success ? id.data : 'e164' in phone ? phone.e164 : ''],
    );
    await recordAudit(db.pool, {
      accountId: null,
      action: 'operator.find',
      target: id.success ? `id ${id.data}` : 'phone',
      detail: { accounts: found.map(({ accountId }) => accountId) },
    });
    const items = found.map(({ accountId, name, at, ...rest }) => ({
      ...rest,
      account: { id: accountId, name },
      at: (at ?? new Date(0)).toISOString(),
    }));
    return c.json({ items }, 200);
  });
