import { z } from '@hono/zod-openapi';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/orm.ts';
import { flushWithRoom } from '../../database/caps.ts';
import { ApiKey, newKey } from '../../database/people/api-key.ts';
import { newId } from '../../database/ids.ts';
import { SCOPES, type Scope } from '../../domain/people/key-scopes.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault, said } from '../../domain/problems/said.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { requireAccount } from '../http/auth.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { readNetwork } from '../http/network-address.ts';
import { forAnyone, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, iso, shown, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

export const KeyView = z
  .object({
    id: Id,
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(z.enum(SCOPES)).nullable().openapi({
      description: 'What it opens. Null: made before keys had scopes, it opens everything',
    }),
    networks: z.array(z.string()).nullable().openapi({ description: 'Where it is taken from. Null: from everywhere' }),
    createdAt: Time,
    expiresAt: Time.nullable(),
    lastUsedAt: Time.nullable().openapi({ description: 'To the minute' }),
    oldSecretUntil: Time.nullable().openapi({ description: 'Until then the secret before the last rotation opens too' }),
    revokedAt: Time.nullable(),
  })
  .openapi('ApiKey');
export const CreatedKey = KeyView.extend({
  key: z.string().openapi({ description: 'Shown this once', example: 'ar_…' }),
}).openapi('CreatedApiKey');

const Network = z
  .string()
  .max(50)
  .refine((written) => readNetwork(written) !== null, because('network'));
const settings = {
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  networks: z.array(Network).min(1).max(50).nullable(),
  expiresAt: TimeIn.nullable(),
};
export const NewKey = z
  .strictObject({
    name: settings.name,
    scopes: settings.scopes.optional().openapi({
      description: 'Left out: an operator gives all, an account all but `people`, and a key none that it does not have',
    }),
    networks: settings.networks.optional().openapi({ description: 'CIDRs or addresses', example: ['192.0.2.0/24'] }),
    expiresAt: settings.expiresAt.optional(),
  })
  .openapi('NewApiKey');
export const KeyChange = z.strictObject(settings).partial().openapi('ApiKeyChange');

export const keyView = (key: ApiKey): z.infer<typeof KeyView> =>
  shown(KeyView, key, {
    oldSecretUntil: key.oldUntil && key.oldUntil > new Date() ? iso(key.oldUntil) : null,
  });

export async function keysOf({ em }: Database, account: string): Promise<z.infer<typeof KeyView>[]> {
  return (await em().find(ApiKey, { account }, { orderBy: { id: 'asc' } })).map(keyView);
}

/** Null: never. Throws for a past time. */
export function expiryOf(expiresAt: string | null): Date | null {
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) throw invalidRequest(fault('expiresAt', 'expiry-past'));
  return expiresAt === null ? null : new Date(expiresAt);
}

type Wish = Omit<z.infer<typeof NewKey>, 'scopes'> & { account: string; scopes: Scope[] };

export async function makeKey({ em: fork, pool }: Database, { account, name, scopes, networks = null, expiresAt = null }: Wish) {
  const { key, prefix, hash } = newKey('account');
  const basis = { id: newId(), role: 'account' as const, account, user: null, createdAt: new Date(), revokedAt: null };
  const em = fork();
  const made = em.create(ApiKey, { ...basis, name, prefix, hash, scopes, networks, expiresAt: expiryOf(expiresAt) });
  const detail = { prefix, scopes, networks, expiresAt };
  audit(em, { action: 'key.create', target: `key ${made.id}`, accountId: account, detail });
  await flushWithRoom(pool, em, 'keys', { accountId: account });
  return { made, key };
}

/** A revoked key keeps its time. */
export async function revokeKey(em: EntityManager, key: ApiKey, keyId: string): Promise<void> {
  if (key.id === keyId) throw new AppError('conflict', said('own-key'));
  if (key.revokedAt) return;
  key.revokedAt = new Date();
  audit(em, { action: 'key.revoke', target: `key ${key.id}`, accountId: key.account ?? null });
  await em.flush();
}

const route = routesOf('Operator: keys');

const create = route('post', '/accounts/{id}/keys', 'createKey', {
  summary: 'Make an API key for an account',
  request: { params: IdParam, body: body(NewKey) },
  responses: created('Made', CreatedKey, notFound),
});
const list = route('get', '/accounts/{id}/keys', 'listKeys', {
  summary: 'The API keys of an account, oldest first',
  request: { params: IdParam },
  responses: ok('All of them', z.object({ items: z.array(KeyView) }), notFound),
});
const revoke = route('delete', '/keys/{id}', 'revokeKey', {
  summary: 'Revoke a key: it opens nothing from this moment on',
  request: { params: IdParam },
  responses: done('Revoked', { ...notFound, ...conflict }),
});

export const operatorKeys = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(create, async (c) => {
      const { id: account } = c.req.valid('param');
      await requireAccount(db.pool, account);
      const wish = c.req.valid('json');
      const { made, key } = await makeKey(db, { ...wish, scopes: wish.scopes ?? [...SCOPES], account });
      return c.json({ ...keyView(made), key }, 201);
    })
    .openapi(list, async (c) => {
      const { id: account } = c.req.valid('param');
      await requireAccount(db.pool, account);
      return c.json({ items: await keysOf(db, account) }, 200);
    })
    .openapi(revoke, async (c) => {
      const em = db.em();
      const key = existing(await em.findOne(ApiKey, { id: c.req.valid('param').id }));
      await revokeKey(em, key, c.get('keyId'));
      return c.body(null, 204);
    });
