import { randomUUID } from 'node:crypto';
import { createOperator, createOwner, setPassword } from '../cli/admin.ts';
import { seed } from './seed.ts';
import type { World } from './simulator/world.ts';

export const SHORT_CODES = ['38015', '38016', '38017'];
export const SIMS = [0, 1, 2, 3].map((port) => ({ port, number: `+3364400000${port}` }));
export const CUSTOMER = 'replies@boulangerie.example';

type Settings = Record<string, unknown>;

/** The simulated SMSC, as `seed` makes a carrier of it. */
export const smscOf = ({ ports, smsc: { systemId, password } }: World, shortCodes: string[], settings: Settings) => ({
  host: '127.0.0.1',
  port: ports.smsc,
  systemId,
  password,
  shortCodes,
  settings,
});

/** The simulated SIM gateway, the same. */
export const gatewayOf = ({ gateway: { url, username, password } }: World, sims: typeof SIMS, settings: Settings) => ({
  url,
  username,
  password,
  sims,
  settings,
});

type First = { url: string; operatorKey: string; world: World; databaseUrl: string };

/** Seeds the product, and makes the people who may sign in. */
export async function firstState({ url, operatorKey, world, databaseUrl }: First) {
  const { endpoint } = world;
  const seeded = await seed({
    url,
    operatorKey,
    smpp: smscOf(world, SHORT_CODES, { window: 100 }),
    dinstar: gatewayOf(world, SIMS, { simSmsPerMinute: 600, simSmsPerDay: 100_000 }),
    emails: [{ address: CUSTOMER, locale: 'fr' }],
    callbackUrl: `${endpoint.url}/hook`,
  });
  const callbackSecret = seeded.callback?.secret ?? '';
  if (callbackSecret !== '') endpoint.addSecret(callbackSecret);
  const { accountId, key: apiKey } = seeded;
  return { accountId, apiKey, callbackSecret, people: await people(databaseUrl, accountId) };
}

async function people(
  databaseUrl: string,
  accountId: string,
): Promise<Record<'owner' | 'operator', { email: string; password: string }>> {
  const owner = `owner-${randomUUID().slice(0, 8)}@localhost.example`;
  const operator = `operator-${randomUUID().slice(0, 8)}@localhost.example`;
  await createOwner(databaseUrl, owner, accountId);
  await createOperator(databaseUrl, operator);
  return {
    owner: { email: owner, password: await setPassword(databaseUrl, owner) },
    operator: { email: operator, password: await setPassword(databaseUrl, operator) },
  };
}
