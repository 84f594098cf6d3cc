import { z } from '@hono/zod-openapi';
import { splitSettings } from '../../carriers/secrets.ts';
import { webhookUrl } from '../../carriers/webhook-url.ts';
import { Carrier } from '../../database/carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault, said } from '../../domain/problems/said.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { faultsOf } from '../http/invalid.ts';
import { describeError } from '../http/log.ts';
import { conflict, existing, notFound, refuseTaken } from '../http/problem.ts';
import { forAnyone, created, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, Route, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Settings = z
  .record(z.string(), z.unknown())
  .openapi({ description: 'As the type of carrier wants them; secrets are never shown again' });

const NewCarrier = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, because('plain-name'))
      .openapi({ example: 'operator-fr' }),
    type: z.string().max(40).openapi({ example: 'smpp' }),
    settings: Settings,
  })
  .openapi('NewCarrier');
const CarrierChange = z
  .strictObject({
    settings: Settings.default({}),
    stopConfirmations: z
      .boolean()
      .optional()
      .openapi({ description: 'Whether we may confirm a STOP through it: many operators do so themselves' }),
  })
  .openapi('CarrierChange', { description: 'Settings left out stay as they are' });

const CarrierView = z
  .object({
    id: Id,
    name: z.string(),
    type: z.string(),
    route: Route,
    settings: z.record(z.string(), z.unknown()),
    secretsSet: z.array(z.string()).openapi({ description: 'The secret settings that have a value' }),
    slots: z.number().int().openapi({ description: 'Sessions it allows at once' }),
    stopConfirmations: z.boolean(),
    syncCursor: z.object({ serial: z.string(), generation: z.number().int(), id: z.number().int() }).nullable(),
    createdAt: Time,
  })
  .openapi('Carrier');

const CheckView = z
  .object({
    checked: z.boolean().openapi({ description: 'False for a kind of which the state of its line tells: SMPP, and gateways' }),
    refused: z.string().nullable().openapi({ description: 'Why it does not let us in, as http-401; null when it does' }),
    webhookUrl: z.string().nullable().openapi({
      description: 'What to paste at the carrier, for replies and for receipts alike; null where PUBLIC_URL is not set',
    }),
  })
  .openapi('CarrierCheck');

const route = routesOf('Operator: carriers');
const one = ok('The carrier', CarrierView, notFound);

const create = route('post', '/carriers', 'createCarrier', {
  summary: 'Add a carrier',
  request: { body: body(NewCarrier) },
  responses: created('Added', CarrierView, conflict),
});
const list = route('get', '/carriers', 'listCarriers', {
  summary: 'Carriers, oldest first: the first of a route serves it',
  responses: ok('All of them', z.object({ items: z.array(CarrierView) })),
});
const get = route('get', '/carriers/{id}', 'getCarrier', {
  summary: 'A carrier',
  request: { params: IdParam },
  responses: one,
});
const change = route('patch', '/carriers/{id}', 'changeCarrier', {
  summary: 'Change settings of a carrier: its sessions finish what is under way and are opened again with them',
  request: { params: IdParam, body: body(CarrierChange) },
  responses: one,
});
const check = route('post', '/carriers/{id}/check', 'checkCarrier', {
  summary: 'Check the credentials without sending anything, and show the webhook address to set at the carrier',
  request: { params: IdParam },
  responses: ok('What it answered', CheckView, notFound),
});

function carrierForms({ secrets, registry }: ApiServices) {
  const kindOf = (type: string) => {
    const kind = registry[type];
    if (kind) return kind;
    throw invalidRequest(fault('type', 'not-a-choice', { values: Object.keys(registry) }));
  };

  const openSecrets = (sealed: Uint8Array): Record<string, unknown> =>
    z.record(z.string(), z.unknown()).parse(JSON.parse(secrets.open(sealed)));

  /** The stored form of valid settings. Throws `invalid-request` naming each bad one. */
  function read(type: string, given: Record<string, unknown>) {
    const kind = kindOf(type);
    const parsed = kind.settings.safeParse(given);
    if (!parsed.success) throw invalidRequest(...faultsOf(parsed.error, 'settings'));
    const { shown, secret } = splitSettings(kind.settings, given);
    const binds: unknown = parsed.data['maxBinds'];
    return { settings: shown, secrets: secrets.seal(JSON.stringify(secret)), slots: typeof binds === 'number' ? binds : 1 };
  }

  const carrierView = (carrier: Carrier): z.infer<typeof CarrierView> =>
    shown(CarrierView, carrier, {
      secretsSet: Object.keys(openSecrets(carrier.secrets)),
    });

  return { kindOf, openSecrets, read, carrierView };
}

export const operatorCarriers = (services: ApiServices) => {
  const { db, runs, publicUrl } = services;
  const { kindOf, openSecrets, read, carrierView } = carrierForms(services);
  async function find(id: string) {
    const em = db.em();
    const carrier = existing(await em.findOne(Carrier, { id }));
    return { em, carrier };
  }

  return forAnyone()
    .openapi(create, async (c) => {
      const { name, type, settings } = c.req.valid('json');
      const stored = read(type, settings);
      const { route, replies } = kindOf(type).capabilities;
      const em = db.em();
      const carrier = em.create(Carrier, { id: newId(), name, type, route, ...stored, syncCursor: null, createdAt: new Date() });
      audit(em, { action: 'carrier.create', target: `carrier ${carrier.id}`, detail: { name, type } });
      await em.flush().catch(refuseTaken(said('carrier-name-taken')));
      if (replies === 'poll' || replies === 'both') {
        // Workers make missing schedules when they start.
        await runs.scheduleSync(carrier.id).catch((error: unknown) => {
          c.get('log').warn(
            { carrierId: carrier.id, error: describeError(error) },
            'the nightly sync of a new gateway could not be scheduled yet',
          );
        });
      }
      return c.json(carrierView(carrier), 201);
    })
    .openapi(list, async (c) => {
      const found = await db.em().find(Carrier, {}, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(carrierView) }, 200);
    })
    .openapi(get, async (c) => c.json(carrierView((await find(c.req.valid('param').id)).carrier), 200))
    .openapi(change, async (c) => {
      const { em, carrier } = await find(c.req.valid('param').id);
      const { settings, stopConfirmations } = c.req.valid('json');
      if (stopConfirmations !== undefined) carrier.stopConfirmations = stopConfirmations;
      em.assign(carrier, read(carrier.type, { ...carrier.settings, ...openSecrets(carrier.secrets), ...settings }));
      audit(em, {
        action: 'carrier.change',
        target: `carrier ${carrier.id}`,
        detail: { fields: Object.keys(settings), ...(stopConfirmations === undefined ? {} : { stopConfirmations }) },
      });
      await em.flush();
      return c.json(carrierView(carrier), 200);
    })
    .openapi(check, async (c) => {
      const { carrier } = await find(c.req.valid('param').id);
      const kind = kindOf(carrier.type);
      const settings = kind.settings.parse({ ...carrier.settings, ...openSecrets(carrier.secrets) });
      const url = kind.parseWebhook ? webhookUrl(publicUrl, carrier.id) : null;
      const refused = (await kind.check?.(settings)) ?? null;
      return c.json(
        {
          checked: kind.check !== undefined,
          refused,
          // Without a signature the secret is part of the address: not shown.
          webhookUrl: url !== null && kind.secretInAddress ? `${url}?secret=…` : url,
        },
        200,
      );
    });
};
