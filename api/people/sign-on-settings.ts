import type { PoolClient } from 'pg';
import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { requireRoom } from '../../database/caps.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { requireAccount } from '../http/auth.ts';
import { conflict, existing, missing, notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { discover, redirectUri } from './single-sign-on.ts';

const Members = z.enum(['owner', 'agent', 'agent-restricted', 'viewer']);
const Anybody = z.enum(['operator', ...Members.options]);
const shared = {
  issuer: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .openapi({ example: 'https://login.example.com' }),
  clientId: z.string().min(1).max(300),
  roleClaim: z
    .string()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .openapi({ description: 'The claim whose values give roles', example: 'groups' }),
  required: z
    .boolean()
    .default(false)
    .openapi({ description: 'Passwords are for owners and operators alone, should the provider be away' }),
};
const rolesOf = <R extends z.ZodType>(role: R) => ({
  roles: z
    .record(z.string().min(1).max(200), role)
    .default({})
    .openapi({ description: 'The role of each value. The highest counts' }),
  defaultRole: role.nullable().default(null).openapi({ description: 'Of who has none by the claim; null: they are not let in' }),
});
const secret = {
  clientSecret: z.string().min(1).max(500).optional().openapi({ description: 'Kept where left out; never shown' }),
};
const Changed = z.strictObject({ ...shared, ...rolesOf(Members), ...secret }).openapi('SignOnChange');
const ChangedByOperator = z.strictObject({ ...shared, ...rolesOf(Anybody), ...secret }).openapi('InstallationSignOnChange');
const DomainName = z
  .string()
  .max(253)
  .toLowerCase()
  .regex(/^(?=.*\.)([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/);
const DomainView = z.object({
  id: Id,
  domain: z.string(),
  provedAt: Time.nullable(),
  provedBy: z.enum(['dns', 'operator']).nullable(),
  record: z.object({ name: z.string(), value: z.string() }).openapi({ description: 'The TXT record that proves it' }),
});
const Provider = z.object({ id: Id, ...shared, ...rolesOf(Anybody) });
const View = z
  .object({
    provider: Provider.nullable(),
    redirectUri: z.string().nullable().openapi({ description: 'To be registered at the provider, letter by letter' }),
    domains: z.array(DomainView).openapi({ description: 'For whose addresses the provider speaks, once they are proved' }),
  })
  .openapi('SignOn');
const NewDomain = body(z.strictObject({ domain: DomainName }).openapi('NewDomain'));

const describe = routesOf('Users');
const route = <M extends 'get' | 'put' | 'post' | 'delete', P extends string, R extends object>(
  method: M,
  path: P,
  [operationId, summary]: [string, string],
  request: R,
) => describe(method, path, operationId, { summary, request, responses: ok('As it is now', View, { ...notFound, ...conflict }) });

const own = {
  get: route('get', '/sign-on', ['getSignOn', 'The provider by which people of the account sign in, and its domains'], {}),
  put: route('put', '/sign-on', ['setSignOn', 'Sign in by this provider of OpenID Connect'], { body: body(Changed) }),
  remove: route('delete', '/sign-on', ['removeSignOn', 'Remove the provider'], {}),
  claim: route('post', '/sign-on/domains', ['claimDomain', 'Say that a domain is yours'], { body: NewDomain }),
  check: route('post', '/sign-on/domains/{id}/check', ['checkDomain', 'Look whether the TXT record is there'], {
    params: IdParam,
  }),
  drop: route('delete', '/sign-on/domains/{id}', ['dropDomain', 'Give up a domain'], { params: IdParam }),
};
const every = {
  get: route('get', '/sign-on', ['getInstallationSignOn', 'The provider of the whole installation'], {}),
  put: route('put', '/sign-on', ['setInstallationSignOn', 'Sign in by this provider of OpenID Connect'], {
    body: body(ChangedByOperator),
  }),
  remove: route('delete', '/sign-on', ['removeInstallationSignOn', 'Remove the provider'], {}),
  of: route('get', '/accounts/{id}/sign-on', ['getSignOnAsOperator', 'How people of an account sign in'], { params: IdParam }),
  grant: route('post', '/accounts/{id}/domains', ['grantDomain', 'Give an account a domain, by an operator’s word'], {
    params: IdParam,
    body: NewDomain,
  }),
};

type DomainRow = { id: string; domain: string; proof: string; provedAt: Date | null; provedBy: 'dns' | 'operator' | null };
const recordOf = ({ domain, proof }: Pick<DomainRow, 'domain' | 'proof'>) => ({
  name: `_aller-retour.${domain}`,
  value: `aller-retour=${proof}`,
});

type Stored = {
  issuer: string;
  clientId: string;
  sealed: Buffer;
  roleClaim: string | null;
  roles: string;
  defaultRole: string | null;
  required: boolean;
};

/** A new issuer names other people, so known identities are deleted with the old one. */
async function storeProvider(client: PoolClient, account: string | null, set: Stored): Promise<void> {
  await affected(
    client,
    'delete from identity_providers where account_id is not distinct from $1::uuid and (issuer, client_id) <> ($2, $3)',
    [account, set.issuer, set.clientId],
  );
  const changed = await affected(
    client,
    `update identity_providers set issuer = $issuer, client_id = $clientId, client_secret = $sealed, role_claim = $roleClaim,
       roles = $roles, default_role = $defaultRole, required = $required
     where account_id is not distinct from $account::uuid`,
    { account, ...set },
  );
  if (changed === 0)
    await affected(
      client,
      `insert into identity_providers (account_id, issuer, client_id, client_secret, role_claim, roles, default_role, required, id, created_at)
       values ($account, $issuer, $clientId, $sealed, $roleClaim, $roles, $defaultRole, $required, $id, now())`,
      { account, ...set, id: newId() },
    );
}

/** For owners and operators; a null account is the installation. */
const settings = (services: ApiServices) => {
  const { db, secrets, publicUrl, readTxt } = services;
  async function show(account: string | null): Promise<z.infer<typeof View>> {
    const [provider] = await rows<z.infer<typeof Provider>>(
      db.pool,
      `select id, issuer, client_id as "clientId", role_claim as "roleClaim", roles, default_role as "defaultRole", required
       from identity_providers where account_id is not distinct from $1::uuid`,
      [account],
    );
    const domains = await rows<DomainRow>(
      db.pool,
      `select id, domain, proof, proved_at as "provedAt", proved_by as "provedBy" from account_domains where account_id = $1 order by domain`,
      [account],
    );
    return {
      provider: provider ?? null,
      redirectUri: provider && publicUrl !== null ? redirectUri(publicUrl, provider.id) : null,
      domains: domains.map((row) => shown(DomainView, row, { record: recordOf(row) })),
    };
  }
  return {
    show,
    async set(account: string | null, asked: z.infer<typeof ChangedByOperator>) {
      const { issuer, clientId, clientSecret, roleClaim, roles, defaultRole, required } = asked;
      const before = 'select client_secret as secret from identity_providers where account_id is not distinct from $1::uuid';
      const [kept] = await rows<{ secret: Buffer }>(db.pool, before, [account]);
      const sealed = clientSecret === undefined ? kept?.secret : secrets.seal(clientSecret);
      if (sealed === undefined) throw invalidRequest(fault('clientSecret', 'missing', { expected: 'string' }));
      await discover(services, issuer, clientId, secrets.open(sealed)).catch(() => {
        throw invalidRequest(fault('issuer', 'issuer-unreadable'));
      });
      const set = { issuer, clientId, sealed, roleClaim, roles: JSON.stringify(roles), defaultRole, required };
      await transaction(db.pool, (client) => storeProvider(client, account, set));
      return show(account);
    },
    async remove(account: string | null) {
      const gone = 'delete from identity_providers where account_id is not distinct from $1::uuid';
      await affected(db.pool, gone, [account]);
      return show(account);
    },
    async claim(account: string, domain: string) {
      const add = 'insert into account_domains (id, account_id, domain, proof) values ($1, $2, $3, $4) on conflict do nothing';
      await transaction(db.pool, async (client) => {
        await affected(client, add, [newId(), account, domain, randomBytes(16).toString('hex')]);
        await requireRoom(client, 'domains', { accountId: account, more: 0 });
      });
      return show(account);
    },
    async check(account: string, id: string) {
      const claimed = 'select domain, proof from account_domains where account_id = $1 and id = $2';
      const found = existing((await rows<Pick<DomainRow, 'domain' | 'proof'>>(db.pool, claimed, [account, id]))[0]);
      const record = recordOf(found);
      if (!(await readTxt(record.name)).includes(record.value)) throw new AppError('conflict', said('domain-unproved', record));
      return this.prove(account, found.domain, 'dns');
    },
    async prove(account: string, domain: string, by: 'dns' | 'operator') {
      const proved = `update account_domains set proved_at = coalesce(proved_at, now()), proved_by = coalesce(proved_by, $3)
        where account_id = $1 and domain = $2 and not exists (
          select from account_domains o where o.domain = $2 and o.account_id <> $1 and o.proved_at is not null)`;
      if ((await affected(db.pool, proved, [account, domain, by])) === 0) throw new AppError('conflict', said('domain-taken'));
      return show(account);
    },
    async drop(account: string, id: string) {
      const gone = 'delete from account_domains where account_id = $1 and id = $2';
      if ((await affected(db.pool, gone, [account, id])) === 0) throw missing();
      return show(account);
    },
  };
};

export const signOnSettings = (services: ApiServices) => {
  const of = settings(services);
  return forAccounts()
    .openapi(own.get, async (c) => c.json(await of.show(c.get('account').id), 200))
    .openapi(own.put, async (c) => c.json(await of.set(c.get('account').id, c.req.valid('json')), 200))
    .openapi(own.remove, async (c) => c.json(await of.remove(c.get('account').id), 200))
    .openapi(own.claim, async (c) => c.json(await of.claim(c.get('account').id, c.req.valid('json').domain), 200))
    .openapi(own.check, async (c) => c.json(await of.check(c.get('account').id, c.req.valid('param').id), 200))
    .openapi(own.drop, async (c) => c.json(await of.drop(c.get('account').id, c.req.valid('param').id), 200));
};

export const operatorSignOn = (services: ApiServices) => {
  const of = settings(services);
  return forAnyone()
    .openapi(every.get, async (c) => c.json(await of.show(null), 200))
    .openapi(every.put, async (c) => c.json(await of.set(null, c.req.valid('json')), 200))
    .openapi(every.remove, async (c) => c.json(await of.remove(null), 200))
    .openapi(every.of, async (c) => {
      const { id } = c.req.valid('param');
      await requireAccount(services.db.pool, id);
      return c.json(await of.show(id), 200);
    })
    .openapi(every.grant, async (c) => {
      const [{ id: account }, { domain }] = [c.req.valid('param'), c.req.valid('json')];
      await requireAccount(services.db.pool, account);
      await of.claim(account, domain);
      return c.json(await of.prove(account, domain, 'operator'), 200);
    });
};
