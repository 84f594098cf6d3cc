import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { acting, recordAudit, type AuditRecord } from '../../database/people/audit.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { routeOf } from './log.ts';
import type { ClientAddress } from './network-address.ts';

/** Around every request: from where it comes. Who asks is added once that is known. */
export const actingFrom =
  (addressOf: ClientAddress): MiddlewareHandler<ApiEnv> =>
  (c, next) =>
    acting.run({ actor: 'nobody', accountId: null, address: () => addressOf(c) || null, owed: null, noted: false }, next);

/** Messages and what is said in conversations are kept as such; a draft, a preview and how one looks at a table change nothing of anybody's. */
const DAILY =
  /^(?:campaigns(?!\/\{id\}\/(?:launch|cancel|pause|resume)$)|messages|conversations|(?:reply|inbox)-views|simulation|contacts(?:\/import)?$|lists\/\{id\}\/rows)/;
const EXPORT = /\.(?:csv|ndjson|xlsx)$|\/(?:export|faults|results|report)$/;
/** Named by the word itself: there is one of each. */
const ONE_OF_EACH = /^(?:out-of-hours|policies|reply-settings|spend-limits)$/;
const VERBS: Record<string, string> = { POST: 'create', PUT: 'change', PATCH: 'change', DELETE: 'delete' };

type Act = { noun: string; verb: string };

/** A route's act, such as `callback-endpoint.pause`; null for one that is not noted. Exports are `<what>.export`. */
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
 * Notes what changes, what is exported, and when an operator looks into an account: with what the handler's transaction changes, and
 * never later than the answer. A handler that has more to say of it notes it itself.
 */
export const audited =
  ({ db }: Pick<ApiServices, 'db'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const by = acting.getStore();
    const route = routeOf(c);
    const act = actOf(c.req.method, route);
    // A middleware of all routes knows no parameter of one.
    const id = c.req.path.split('/')[route.split('/').indexOf('{id}')];
    const looked = route.startsWith('/v1/operator/') ? lookedAt(route, id, c.req.query('account')) : undefined;
    if (!by || (!act && !looked)) return next();
    const due = recordOf({ act, looked, id, route, accountId: looked ?? by.accountId });
    const makes = act?.verb === 'create' && id === undefined;
    // A transaction notes it with what it changes; a new thing has no id yet.
    if (act && !makes) by.owed = due;
    await next();
    if (by.noted || c.res.status >= 400) return;
    const made = makes ? await madeId(c.res) : undefined;
    await recordAudit(db.pool, made === undefined ? due : { ...due, target: `${act?.noun} ${made}` });
  };

/** The id that an answer gives to what was made. */
async function madeId(answer: Response): Promise<string | undefined> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return Made.safeParse(body).data?.id;
}

/** The account that an operator's request names. */
const lookedAt = (route: string, id: string | undefined, account: string | undefined): string | undefined =>
  z.uuid().safeParse(route.startsWith('/v1/operator/accounts/{id}') ? id : account).data;
