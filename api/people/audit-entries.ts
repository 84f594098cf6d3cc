import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { idAt } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { csvLine } from '../../domain/csv-cell.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { CSV, sendFile, streamOf } from '../http/csv.ts';
import { problems } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, Time, TimeIn } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const PAGE = 1000;
const AuditView = z
  .object({
    id: Id,
    at: Time,
    account: Id.nullable(),
    action: z.string().openapi({ example: 'key.create' }),
    by: z
      .object({
        kind: z.string().openapi({ description: '`user`, `key`, `operator`, or the part of the product', example: 'user' }),
        id: z.string().nullable(),
        name: z.string().nullable().openapi({ description: 'As it is now: address or key. Null once it is erased' }),
      })
      .openapi('AuditParty'),
    object: z
      .object({ kind: z.string().openapi({ example: 'key' }), id: z.string().nullable(), name: z.string().nullable() })
      .openapi('AuditObject'),
    address: z.string().nullable().openapi({ description: 'Where the request came from; an IPv6 address by its /64' }),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('AuditEntry');
type View = z.infer<typeof AuditView>;

const filters = {
  person: Id.optional().openapi({ description: 'Who did it: id of a person or of a key' }),
  action: z
    .string()
    .regex(/^[a-z-]{1,50}(?:\.[a-z-]{1,50})?$/)
    .optional()
    .openapi({ description: 'An act, or all of a kind', example: 'key' }),
  object: z.string().min(1).max(200).optional().openapi({ description: 'What it was done to: its id, or its kind and id' }),
  since: TimeIn.optional().openapi({ description: 'At or after' }),
  until: TimeIn.optional().openapi({ description: 'Before' }),
};
const anyAccount = { account: Id.optional().openapi({ description: 'What concerns this account' }) };
const COLUMNS = [
  'at',
  'action',
  'byKind',
  'byId',
  'by',
  'objectKind',
  'objectId',
  'object',
  'address',
  'account',
  'detail',
  'id',
];
/** Typed as string: a literal would be taken for JSON. */
const NDJSON: string = 'application/x-ndjson';
const FILES = { csv: CSV, ndjson: NDJSON };

/** The same routes for owners and operators. */
const contracts = <F extends z.ZodRawShape>(tag: string, suffix: string, more: F, whose: string) => {
  const route = routesOf(tag);
  const request = { query: z.strictObject({ ...filters, ...more }) };
  const all = 'all that the filters leave, streamed';
  return {
    list: route('get', '/audit', `listAudit${suffix}`, {
      summary: `Who did what to what, when and from where: ${whose}, newest first`,
      request: { query: PageQuery.extend({ ...filters, ...more }) },
      responses: ok('A page', pageOf(AuditView)),
    }),
    csv: route('get', '/audit.csv', `exportAudit${suffix}`, {
      summary: `The same as CSV: ${all}`,
      request,
      responses: { 200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } }, ...problems },
    }),
    ndjson: route('get', '/audit.ndjson', `exportAudit${suffix}AsNdjson`, {
      summary: `The same as a JSON object a line: ${all}`,
      request,
      responses: { 200: { description: 'The file', content: { [NDJSON]: { schema: z.string() } } }, ...problems },
    }),
  };
};
const own = contracts('Audit', '', {}, 'of the account, for its owners');
const every = contracts('Operator: audit', 'AsOperator', anyAccount, 'of all accounts and of the installation');

const Filters = z.object({ ...filters, ...anyAccount });
type Asked = z.infer<typeof Filters>;
type Row = Pick<View, 'id' | 'account' | 'action' | 'address' | 'detail'> & { at: Date; actor: string; target: string };
type Name = { id: string; name: string; account: string | null };

/** `own`: the asking account, null for an operator. */
const readAudit = ({ db }: ApiServices, asked: Asked, own: string | null) => {
  const { person, action, object, since, until } = asked;
  const account = own ?? asked.account ?? null;
  const ms = (time: string | undefined): string | null => (time === undefined ? null : idAt(Date.parse(time)));

  /** Names are looked up now, as far as the reader may know them; erased people have none. */
  async function named(found: Row[]): Promise<View[]> {
    const halves = found.flatMap(({ actor, target }) => [actor, target]).map((each) => each.split(' ')[1] ?? '');
    const ids = [...new Set(halves)].filter((id) => Id.safeParse(id).success);
    const known = await rows<Name>(
      db.pool,
      `select id::text, email as name, account_id as account from users where id = any($1::uuid[])
       union all select id::text, name, account_id from api_keys where id = any($1::uuid[])
       union all select id::text, name, id from accounts where id = any($1::uuid[])`,
      [ids],
    );
    const names = new Map(known.map((each) => [each.id, each]));
    const party = (written: string) => {
      const [kind = '', ...rest] = written.split(' ');
      const id = rest.join(' ') || null;
      const it = names.get(id ?? '');
      return { kind, id, name: it && (own === null || it.account === own) ? it.name : null, isOperators: it?.account === null };
    };
    return found.map(({ actor, target, at, ...row }) => {
      const { isOperators, ...by } = party(actor);
      const { isOperators: _, ...thing } = party(target);
      return { ...row, at: at.toISOString(), by: isOperators ? { ...by, kind: 'operator' } : by, object: thing };
    });
  }

  const next = async (limit: number, before: string | null): Promise<Row[]> =>
    rows<Row>(
      db.pool,
      `select id, at, actor, account_id as account, action, target, address, detail from audit_log
       where ($account::uuid is null or account_id = $account) and ($before::uuid is null or id < $before)
         and ($person::uuid is null or actor in ('user ' || $person, 'key ' || $person))
         and ($action::text is null or action = $action or action like $action || '.%')
         and ($object::text is null or target = $object or split_part(target, ' ', 2) = $object)
         and ($from::uuid is null or id >= $from) and ($to::uuid is null or id < $to)
       order by id desc limit $limit`,
      {
        account,
        before,
        person: person ?? null,
        action: action ?? null,
        object: object ?? null,
        from: ms(since),
        to: ms(until),
        limit,
      },
    );

  return {
    async page({ cursor, limit }: z.infer<typeof PageQuery>) {
      const scope = `audit ${JSON.stringify([account, person, action, object, since, until])}`;
      const find = ({ after, most }: Place) => next(most, after);
      const { items, nextCursor } = await pageById({ cursor, limit }, scope, find, (row) => row);
      return { items: await named(items), nextCursor };
    },
    async *lines(format: keyof typeof FILES) {
      if (format === 'csv') yield Buffer.from(`\ufeff${csvLine(COLUMNS)}`);
      for (let before: string | null = null; ;) {
        const found = await next(PAGE, before);
        const views = await named(found);
        if (views.length > 0)
          yield Buffer.from(views.map(format === 'csv' ? csvOf : (row) => `${JSON.stringify(row)}\n`).join(''));
        if (found.length < PAGE) return;
        before = found.at(-1)?.id ?? null;
      }
    },
  };
};

const csvOf = ({ at, action, by, object, address, account, detail, id }: View): string =>
  csvLine([
    at,
    action,
    by.kind,
    by.id,
    by.name,
    object.kind,
    object.id,
    object.name,
    address,
    account,
    JSON.stringify(detail),
    id,
  ]);

const send = (c: Context, format: keyof typeof FILES, lines: AsyncGenerator<Buffer<ArrayBuffer>>) =>
  sendFile(c, `audit.${format}`, FILES[format], streamOf(lines));

export const auditEntries = (services: ApiServices) => {
  const read = (c: Context<AccountEnv>, asked: Asked) => readAudit(services, asked, c.get('account').id);
  return forAccounts()
    .openapi(own.list, async (c) => c.json(await read(c, c.req.valid('query')).page(c.req.valid('query')), 200))
    .openapi(own.csv, (c) => send(c, 'csv', read(c, c.req.valid('query')).lines('csv')))
    .openapi(own.ndjson, (c) => send(c, 'ndjson', read(c, c.req.valid('query')).lines('ndjson')));
};

export const operatorAuditEntries = (services: ApiServices) => {
  const read = (asked: Asked) => readAudit(services, asked, null);
  return forAnyone()
    .openapi(every.list, async (c) => c.json(await read(c.req.valid('query')).page(c.req.valid('query')), 200))
    .openapi(every.csv, (c) => send(c, 'csv', read(c.req.valid('query')).lines('csv')))
    .openapi(every.ndjson, (c) => send(c, 'ndjson', read(c.req.valid('query')).lines('ndjson')));
};
