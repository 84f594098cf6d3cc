import { z } from '@hono/zod-openapi';
import { Account } from '../../database/account.ts';
import { Carrier } from '../../database/carriers/carrier.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { newId } from '../../database/ids.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { SmsNumber } from '../../database/numbers/number.ts';
import { releaseNumber } from '../../database/numbers/rentals.ts';
import { transaction } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said, type Fault } from '../../domain/problems/said.ts';
import { restsUntil } from '../../domain/numbers/rental.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { conflict, existing, notFound, refuseTaken } from '../http/problem.ts';
import { forAnyone, created, ok, routesOf } from '../http/route.ts';
import { body, Country, Id, IdParam, iso, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Kind = z.enum(['short-code', 'virtual', 'sim']);

const NumberView = z
  .object({
    id: Id,
    number: z.string(),
    kind: Kind,
    carrier: Id,
    country: Country,
    account: Id.nullable().openapi({ description: 'The account that rents it' }),
    port: z.number().int().nullable(),
    rentedAt: Time.nullable(),
    rentedUntil: Time.nullable(),
    renews: z.boolean(),
    releasedAt: Time.nullable(),
    lastAccount: Id.nullable().openapi({ description: 'Who rented it last: late replies are theirs' }),
    restsUntil: Time.nullable().openapi({ description: 'Until then only its last renter may rent it' }),
    createdAt: Time,
  })
  .openapi('Number');

const NewNumber = z
  .strictObject({
    number: z.string().max(40).openapi({ description: 'A short code, or a phone number', example: '36200' }),
    kind: Kind,
    carrier: Id,
    country: Country,
    account: Id.optional().openapi({ description: 'The account that rents it, alone' }),
    port: z.number().int().min(0).max(1023).optional().openapi({ description: 'The slot of a SIM in its gateway' }),
  })
  .openapi('NewNumber');

const route = routesOf('Operator: numbers');

const create = route('post', '/numbers', 'createNumber', {
  summary: 'Add a short code, a virtual number or a SIM of a carrier',
  request: { body: body(NewNumber) },
  responses: created('Added', NumberView, conflict),
});
const list = route('get', '/numbers', 'listNumbers', {
  summary: 'Numbers, newest first',
  request: { query: PageQuery.extend({ carrier: Id.optional(), kind: Kind.optional() }) },
  responses: ok('A page', pageOf(NumberView)),
});
const release = route('post', '/numbers/{id}/release', 'takeBackNumber', {
  summary: 'Take a virtual number back from its renter, who is told',
  request: { params: IdParam, body: body(z.strictObject({ reason: z.string().trim().min(1).max(300) }).openapi('TakeBack')) },
  responses: ok('Taken back', NumberView, { ...notFound, ...conflict }),
});

const numberView = (number: SmsNumber): z.infer<typeof NumberView> =>
  shown(NumberView, number, {
    lastAccount: number.lastAccountId ?? null,
    restsUntil: number.account ? null : iso(restsUntil({ releasedAt: number.releasedAt ?? null }, new Date())),
  });

/** The number as replies name it: digits, or E.164. */
function readNumber({ number, kind, country }: z.infer<typeof NewNumber>): string {
  if (kind === 'short-code') {
    if (/^\d{3,8}$/.test(number)) return number;
    throw invalidRequest(fault('number', 'not-short-code'));
  }
  const phone = normalisePhone(number, country);
  if ('code' in phone) throw invalidRequest({ field: 'number', ...phone });
  return phone.e164;
}

function faultOf({ kind, port }: z.infer<typeof NewNumber>, route: Carrier['route']): Fault | undefined {
  if (kind === 'sim' && route !== 'lowcost') return fault('kind', 'sim-on-premium');
  if (kind === 'short-code' && route !== 'premium') return fault('kind', 'code-on-lowcost');
  if (kind === 'sim' && port === undefined) return fault('port', 'port-missing');
  if (kind !== 'sim' && port !== undefined) return fault('port', 'port-for-sims');
  return undefined;
}

const unknown = (field: string): AppError => invalidRequest(fault(field, 'not-there'));

export const operatorNumbers = ({ db, runs }: ApiServices) =>
  forAnyone()
    .openapi(create, async (c) => {
      const asked = c.req.valid('json');
      const em = db.em();
      const carrier = await em.findOne(Carrier, { id: asked.carrier }, { fields: ['route'] });
      if (!carrier) throw unknown('carrier');
      const fault = faultOf(asked, carrier.route);
      if (fault) throw invalidRequest(fault);
      if (asked.account !== undefined && (await em.count(Account, { id: asked.account })) === 0) throw unknown('account');
      const number = em.create(SmsNumber, {
        id: newId(),
        carrier: carrier.id,
        number: readNumber(asked),
        kind: asked.kind,
        country: asked.country,
        account: asked.account ?? null,
        rentedAt: asked.account === undefined ? null : new Date(),
        port: asked.port ?? null,
        createdAt: new Date(),
      });
      const whose = asked.account === undefined ? {} : { accountId: asked.account };
      audit(em, { action: 'number.create', target: `number ${number.id}`, ...whose, detail: { kind: asked.kind } });
      await em.flush().catch(refuseTaken(said('number-taken')));
      return c.json(numberView(number), 201);
    })
    .openapi(list, async (c) => {
      const { carrier, kind, ...query } = c.req.valid('query');
      const where = { ...(carrier ? { carrier } : {}), ...(kind ? { kind } : {}) };
      const find = ({ older, newestFirst }: Place) => db.em().find(SmsNumber, { ...where, ...older }, newestFirst);
      return c.json(await pageById(query, 'numbers', find, numberView), 200);
    })
    .openapi(release, async (c) => {
      const { id } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      existing(await db.em().findOne(SmsNumber, { id }));
      await transaction(db.pool, async (client) => {
        const released = await releaseNumber(client, id, null);
        if (!released) throw new AppError('conflict', said('number-not-rented-out'));
        const { accountId } = released;
        await recordAudit(client, { accountId, action: 'number.take-back', target: `number ${id}`, detail: { reason } });
        const data = { number: released.number, reason: 'operator' } as const;
        await oweNotice(client, { to: { accountId }, kind: 'number-released', data });
      });
      runs.retryEmails();
      return c.json(numberView(await db.em().findOneOrFail(SmsNumber, { id })), 200);
    });
