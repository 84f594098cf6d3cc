import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { Reply } from '../../database/replies/reply.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const UnattributedView = z
  .object({
    id: Id,
    carrier: Id,
    from: z.string(),
    to: z.string(),
    text: z.string(),
    receivedAt: Time,
    ingestedAt: Time,
    reason: z.enum(['no-candidate', 'ambiguous', 'filing-failed']),
    candidates: z.array(Id).openapi({ description: 'Messages it may answer, newest first' }),
    failure: z.string().nullable().openapi({ description: 'Why it could not be filed' }),
    runId: z.string().nullable(),
  })
  .openapi('UnattributedReply');

const route = routesOf('Operator: replies');
const list = route('get', '/unattributed', 'listUnattributed', {
  summary: 'Replies without an account, or that could not be filed, newest first. Reading them is noted in the audit log',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(UnattributedView)),
});

const view = (reply: Reply): z.infer<typeof UnattributedView> => {
  const attribution = reply.attribution ?? null;
  const none = attribution?.method === 'none' ? attribution : null;
  return {
    id: reply.id,
    carrier: reply.carrierId,
    from: reply.fromNumber,
    to: reply.replyCode,
    text: reply.text,
    receivedAt: reply.receivedAt.toISOString(),
    ingestedAt: reply.ingestedAt.toISOString(),
    reason: reply.filingFailed ? 'filing-failed' : (none?.reason ?? 'no-candidate'),
    candidates: none?.candidates ?? [],
    failure: reply.filingFailed ?? null,
    runId: reply.runId ?? null,
  };
};

export const operatorUnattributed = ({ db }: ApiServices) =>
  forAnyone().openapi(list, async (c) => {
    const where = { accountId: null, $or: [{ filedAt: { $ne: null } }, { filingFailed: { $ne: null } }] };
    const find = ({ older, newestFirst }: Place) => db.em().find(Reply, { ...where, ...older }, newestFirst);
    const shown = await pageById(c.req.valid('query'), 'unattributed', find, view);
    // The only place where operators read texts and numbers: audited before they are shown.
    if (shown.items.length > 0) {
      const detail = { replies: shown.items.map(({ id }) => id) };
      await recordAudit(db.pool, { action: 'unattributed.read', target: 'replies of nobody', detail });
    }
    return c.json(shown, 200);
  });
