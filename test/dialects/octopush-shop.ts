import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

export const LOGIN = 'me@example.com';
type Options = { twoWay?: 'on' | 'off'; services?: Parameters<typeof startApi>[0]; [field: string]: unknown };

/** An account that programs written for Octopush call, on an API of its own: segments cost 0.055 € by premium, 0.03 € by lowcost. */
export async function anOctopushShop({ twoWay = 'on', services = {}, ...account }: Options = {}) {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi(services));
  await carriers(api);
  const price = (route: string, amount: string) =>
    api.asOperator('POST', '/prices', { kind: 'segment', route, country: '*', amount, validFrom: '2020-01-01T00:00:00Z' });
  await price('premium', '0.055');
  await price('lowcost', '0.03');
  const shop = await anAccount(api, { twoWay, ...account });
  await shop.call('PATCH', '/account', { octopushLogin: LOGIN });

  const headers = { 'api-login': LOGIN, 'api-key': shop.key };
  const v2 = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
    api.call(method, `/v1/public${path}`, { headers: { ...headers, ...more }, ...(body === undefined ? {} : { body }) });
  const form = (fields: Record<string, string>, more: Record<string, string> = {}) => ({
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...more },
  });
  /** A form of V0 with its credentials. */
  const v0 = (path: string, fields: Record<string, string> = {}) =>
    api.call('POST', path, form({ user_login: LOGIN, api_key: shop.key, ...fields }));
  const stored = () =>
    rows<{ to: string; text: string; sender: string; campaign: string | null; simulation: boolean; not_before: Date | null }>(
      api.db.pool,
      `select to_number as "to", text, sender, campaign_id as campaign, simulation, not_before from messages where account_id = $1 order by id, row`,
      [shop.id],
    );
  const running = stack.move();
  return { api, shop, key: shop.key, headers, v2, v0, form, stored, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
export type OctopushShop = Awaited<ReturnType<typeof anOctopushShop>>;
