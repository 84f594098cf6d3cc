import { randomUUID } from 'node:crypto';
import { createClient, isAnswer, itemsOf, textOf, type Answer, type ApiClient } from '../../dev/seed.ts';
import { until, type App } from '../fixtures/app.ts';

const HOUR_MS = 3_600_000;
/** Made so long ago, an account is V0; made today it is V2. */
export const V0 = { createdAt: '2019-05-01T00:00:00Z' };

export type Customer = ApiClient & { id: string };

/** One more customer, with two-way SMS unless it is told otherwise. */
export async function aCustomer(app: App, fields: Answer = {}, twoWay = true): Promise<Customer> {
  const basis = { name: 'Boulangerie', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const id = textOf(await app.operator.send('POST', '/v1/operator/accounts', { ...basis, ...fields }), 'id');
  const path = `/v1/operator/accounts/${id}`;
  if (twoWay) await app.operator.send('PUT', `${path}/two-way`, { state: 'on', reason: 'asked for' });
  const key = textOf(await app.operator.send('POST', `${path}/keys`, { name: 'shop' }), 'key');
  return { ...createClient(app.url, key), id };
}

const BASIS = { name: 'Samedi', purpose: 'transactional', text: 'Serez-vous là ?' };

/** A campaign to one phone, launched. */
export const send = (customer: ApiClient, to: string, fields: Answer): Promise<Answer> =>
  customer.send('POST', '/v1/campaigns', { ...BASIS, recipients: [{ to }], ...fields }, { 'idempotency-key': randomUUID() });

/** The same, looked at and not sent. */
export const preview = (customer: ApiClient, to: string, fields: Answer): Promise<Answer> =>
  customer.send('POST', '/v1/campaigns/preview', { ...BASIS, recipients: [{ to }], ...fields });

/** The codes by which a preview refuses. */
export const refusals = (shown: Answer): unknown[] =>
  Array.isArray(shown['refusals']) ? shown['refusals'].filter(isAnswer).map((each) => each['code']) : [];

/** The newest SMS of a phone, once there are so many. */
export const arrives = (app: App, phone: string, count = 1) =>
  until(`${phone} has it`, () => {
    const own = app.world.phones.received.filter(({ to }) => to === phone);
    return own.length >= count && own.at(-1);
  });

export const history = async (customer: ApiClient): Promise<unknown[]> =>
  itemsOf(await customer.get('/v1/replies')).map((reply) => reply['text']);

/** Waits until the customer's history has that reply. */
export const comes = (customer: ApiClient, text: string): Promise<Answer> =>
  until(`« ${text} » is in the history`, async () =>
    itemsOf(await customer.get('/v1/replies')).find((reply) => reply['text'] === text),
  );

/** The nightly sync, as if it were so many hours later. */
export async function syncLater(app: App, hours: number): Promise<void> {
  const now = new Date(Date.now() + hours * HOUR_MS).toISOString();
  const { id } = await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, { now });
  await until('the sync has ended', async () => {
    const run = await app.operator.get(`/v1/operator/sync-runs/${String(id)}`);
    return run['state'] !== 'requested' && run['state'] !== 'running';
  });
}

/** Whether a request is refused, and by which code. */
export const refusedBy = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: Error) => /"code":"([\w-]+)"/.exec(error.message)?.[1] ?? error.message,
  );
