import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { acting, recordAudit, type AuditRecord } from '../../database/people/audit.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { routeOf } from './log.ts';
import type { ClientAddress } from './network-address.ts';

/** Starts the audit record of a request with its address; the caller is added once known. */
export const actingFrom =
  (addressOf: ClientAddress): MiddlewareHandler<ApiEnv> =>
  (c, next) =>
    acting.run({ actor: 'nobody', accountId: null, address: () => addressOf(c) || null, owed: null, noted: false }, next);

/** Not audited: these are kept as such (messages, conversations) or change nobody's data (drafts, previews, views). */
const DAILY =
  /^(?:campaigns(?!\/\{id\}\/(?:launch|cancel|pause|resume)$)|messages|conversations|(?:reply|inbox)-views|simulation|contacts(?:\/import)?$|lists\/\{id\}\/rows)/;
const EXPORT = /\.(?:csv|ndjson|xlsx)$|\/(?:export|faults|results|report)$/;
/** Singletons, named without stripping a plural. */
const ONE_OF_EACH = /^(?:out-of-hours|policies|reply-settings|spend-limits)$/;
const VERBS: Record<string, string> = { POST: 'create', PUT: 'change', PATCH: 'change', DELETE: 'delete' };

type Act = { noun: string; verb: string };

/** A route's act, such as `callback-endpoint.pause`, or `<noun>.export`; null where it is not audited. */
export function actOf(method: string, route: string): Act | null {
  const path = route.replace(/^\/v1\/(?:operator\/)?/, '');
  const reads = method === 'GET' || method === 'HEAD';
  const isExport = EXPORT.test(path);
  if ((reads || DAILY.test(path)) && !isExport) return null;
  const [first = '', ...rest] = path.split('/');
  const word = first.replace(/\.\w+$/, '');
  const noun = ONE_OF_EACH.test(word) ? word : word.replace(/ies$/, 'y').replace(/s$/, '');
  const last = rest.findLast((part) => !part.startsWith('{'));
  return { noun, verb: isExport ? 'export' : (last ?? VERBS[method] ?? method.toLowerCase()) };
}

type Seen = { act: Act | null; looked: string | undefined; id: string | undefined; route: string; accountId: string | null };
const recordOf = ({ act, looked, id, route, accountId }: Seen): AuditRecord =>
  act
    ? { action: `${act.noun}.${act.verb}`, target: `${act.noun} ${id ?? accountId ?? 'all'}`, accountId }
    : { action: 'account.look', target: `account ${looked}`, accountId, detail: { route } };

const Made = z.object({ id: z.string() });

/**
 * Audits changes, exports and an operator's look into an account: in the handler's transaction, or at the latest before the
 * answer. A handler may write a fuller record itself.
 */
export const audited =
  ({ db }: Pick<ApiServices, 'db'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const by = acting.getStore();
    const route = routeOf(c);
    const act = actOf(c.req.method, route);
    // A middleware for all routes has no route parameters.
    const id = c.req.path.split('/')[route.split('/').indexOf('{id}')];
    const looked = route.startsWith('/v1/operator/') ? lookedAt(route, id, c.req.query('account')) : undefined;
    if (!by || (!act && !looked)) return next();
    const due = recordOf({ act, looked, id, route, accountId: looked ?? by.accountId });
    const makes = act?.verb === 'create' && id === undefined;
    // Written by the next transaction; a new thing has no id yet.
    if (act && !makes) by.owed = due;
    await next();
    if (by.noted || c.res.status >= 400) return;
    const made = makes ? await madeId(c.res) : undefined;
    await recordAudit(db.pool, made === undefined ? due : { ...due, target: `${act?.noun} ${made}` });
  };

async function madeId(answer: Response): Promise<string | undefined> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return Made.safeParse(body).data?.id;
}

const lookedAt = (route: string, id: string | undefined, account: string | undefined): string | undefined =>
  z.uuid().safeParse(route.startsWith('/v1/operator/accounts/{id}') ? id : account).data;
