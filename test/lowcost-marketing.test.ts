import { expect, test } from 'vitest';
import { rows } from '../database/sql.ts';
import { anAccount, carriers, startApi } from './fixtures/api.ts';

const campaign = { name: 'Soldes', route: 'lowcost', purpose: 'marketing', text: 'Soldes demain' };
const french = { to: '+33612000001' };
const belgian = { to: '+32470123456' };

test('marketing to France by the lowcost route is warned of, refused or not spoken of, as the account chose; nothing refused is stored', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const send = (fields: object) => shop.call('POST', '/campaigns', { ...campaign, recipients: [french, belgian], ...fields });
  const codes = async (fields: object = {}) => {
    const { status, body } = await send(fields);
    return [status, body.warnings?.map(({ code }: { code: string }) => code).includes('lowcost-marketing') ?? body.code];
  };

  expect(await codes()).toEqual([202, true]);
  expect(await codes({ purpose: 'transactional' })).toEqual([202, false]);
  expect(await codes({ recipients: [belgian] })).toEqual([202, false]);
  await shop.call('PATCH', '/policies', { lowcostMarketing: 'off' });
  expect(await codes()).toEqual([202, false]);

  await shop.call('PATCH', '/policies', { lowcostMarketing: 'refuse' });
  const before = await rows(api.db.pool, 'select from campaigns');
  expect(await codes()).toEqual([422, 'lowcost-marketing']);
  expect(await rows(api.db.pool, 'select from campaigns')).toHaveLength(before.length);
  expect(await codes({ purpose: 'transactional' })).toEqual([202, false]);
});
