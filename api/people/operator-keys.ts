import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Account } from '../../database/account.ts';
import { ApiKey, newKey } from '../../database/people/api-key.ts';
import { newId } from '../../database/ids.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { invalid } from '../http/invalid.ts';
import { conflict, missing, notFound } from '../http/problem.ts';
import { created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, iso, Time } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';

export const KeyView = z
  .object({ id: Id, name: z.string(), prefix: z.string(), createdAt: Time, revokedAt: Time.nullable() })
  .openapi('ApiKey');
export const CreatedKey = KeyView.extend({
  key: z.string().openapi({ description: 'Shown this once', example: 'ar_…' }),
}).openapi('CreatedApiKey');
export const NewKey = z.strictObject({ name: z.string().trim().min(1).max(100) }).openapi('NewApiKey');

export const keyView = (key: ApiKey): z.infer<typeof KeyView> => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  createdAt: key.createdAt.toISOString(),
  revokedAt: iso(key.revokedAt),
});

/** A new key of an account, noted as an act of who asked. */
export async function makeKey(em: EntityManager, { account, name }: { account: string; name: string }) {
  const { key, prefix, hash } = newKey('account');
  const basis = { id: newId(), role: 'account' as const, account, user: null, createdAt: new Date(), revokedAt: null };
  const made = em.create(ApiKey, { ...basis, name, prefix, hash });
  audit(em, { action: 'key.create', target: `key ${made.id}`, accountId: account, detail: { name, prefix } });
  await em.flush();
  return { made, key };
}

/** From now on it opens nothing. One that is revoked already stays as it was. */
export async function revokeKey(em: EntityManager, key: ApiKey, keyId: string): Promise<void> {
  if (key.id === keyId) throw new AppError('conflict', said('own-key'));
  if (key.revokedAt) return;
  key.revokedAt = new Date();
  const whose = key.account ? { accountId: key.account } : {};
  audit(em, { action: 'key.revoke', target: `key ${key.id}`, ...whose });
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
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid })
    .openapi(create, async (c) => {
      const em = db.em();
      const account = await em.findOne(Account, { id: c.req.valid('param').id }, { fields: ['id'] });
      if (!account) throw missing();
      const { made, key } = await makeKey(em, { account: account.id, name: c.req.valid('json').name });
      return c.json({ ...keyView(made), key }, 201);
    })
    .openapi(list, async (c) => {
      const em = db.em();
      const account = await em.findOne(Account, { id: c.req.valid('param').id }, { fields: ['id'] });
      if (!account) throw missing();
      const found = await em.find(ApiKey, { account: account.id }, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(keyView) }, 200);
    })
    .openapi(revoke, async (c) => {
      const em = db.em();
      const { id } = c.req.valid('param');
      const key = await em.findOne(ApiKey, { id });
      if (!key) throw missing();
      await revokeKey(em, key, c.get('keyId'));
      return c.body(null, 204);
    });
