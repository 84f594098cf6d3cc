import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { openClient } from '../../temporal/connect.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';

/** The kinds of run that Temporal’s UI finds by a query. */
async function found(app: App, query: string): Promise<string[]> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = app.config;
  const { client, connection } = openClient({ address, namespace, tls: false });
  await using _ = { [Symbol.asyncDispose]: () => connection.close() };
  const types: string[] = [];
  for await (const run of client.workflow.list({ query })) types.push(run.type);
  return types.toSorted();
}

test('an operator finds an account’s runs by its id: pages, campaigns, lists, previews, replays', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const { account, accountId } = app;
  await app.ended(await app.campaign([{ to: phone(1) }]));
  await app.world.phones.reply(phone(1), 'OUI');
  await until('it came home', () => app.world.endpoint.calls.length === 1);
  await until('its page names the account', async () => (await found(app, `AccountIds = '${accountId}'`)).length > 0);

  const draft = await account.send('POST', '/v1/campaigns/drafts', {
    name: 'Liste',
    route: 'premium',
    withReplies: true,
    text: 'Bonjour ?',
  });
  const path = `/v1/campaigns/${textOf(draft, 'id')}`;
  const response = await fetch(`${app.url}${path}/recipients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'text/csv' },
    body: `to\n${phone(2)}\n`,
  });
  expect(response.status).toBe(202);
  await until('the list is read', async () => (await account.get(path))['state'] === 'ready');
  await account.send('POST', `${path}/preview/full`);
  const endpoint = app.callback?.id ?? '';
  await account.send('POST', `/v1/callback-endpoints/${endpoint}/replay`, { states: ['delivered'] });
  const types = await until('all are listed', async () => {
    const seen = await found(app, `AccountId = '${accountId}'`);
    return seen.length >= 4 && seen;
  });
  expect(types).toEqual(['importRecipients', 'previewList', 'replayDeliveries', 'sendCampaign']);
});
