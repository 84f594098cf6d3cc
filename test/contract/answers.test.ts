import { expect, test } from 'vitest';
import { z } from 'zod';
import { list, record, resolved, type Json } from '../../api/reference/json.ts';
import { anAccount, carriers, startApi, type TestAccount } from '../fixtures/api.ts';
import { contractOf, readDocument } from '../fixtures/contract.ts';
import { aReply } from '../fixtures/rows.ts';
import { draftReady } from '../fixtures/states/campaigns.ts';

const document = readDocument();
const wrongIn = contractOf(document);

/** What stands at a path such as `items.0.cost`. */
const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce((value: unknown, key) => (/^\d+$/.test(key) ? list(value)[Number(key)] : record(value)[key]), body);

type Asked = [method: string, path: string, sent?: unknown];
/** Asks; what the document finds wrong in the answer, or is not null at one of the places, is a fault. */
const asker =
  (shop: TestAccount, faults: string[]) =>
  async (asked: Asked, places: string[], id = '') => {
    const [method, path, sent] = asked;
    const { status, body } = await shop.call(method, path.replace('{id}', id), sent);
    const given = places.filter((place) => at(body, place) !== null).map((place) => `${place} is not null`);
    faults.push(...[...wrongIn(method, `/v1${path}`, status, body), ...given].map((fault) => `${method} ${path}: ${fault}`));
    return z.object({ id: z.string().optional() }).parse(body).id ?? '';
  };

test('answers with a null for price, limit, state or result are what the document says', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  await api.asOperator('POST', '/numbers', { number: '+33644000001', kind: 'virtual', carrier: premiumId, country: 'FR' });
  const shop = await anAccount(api);
  const faults: string[] = [];
  const nullAt = asker(shop, faults);
  const basis = { route: 'premium', sender: 'Boutique', text: 'Bonjour' };
  const campaign = {
    ...basis,
    name: 'n',
    purpose: 'transactional',
    allowUnreachable: true,
    recipients: [{ to: '+33612000001' }],
  };
  await nullAt(['POST', '/campaigns/preview', campaign], ['cost']);
  const id = await nullAt(['POST', '/campaigns', campaign], ['cost']);
  await nullAt(['GET', '/campaigns/{id}'], ['cost'], id);
  await nullAt(['GET', '/campaigns'], ['items.0.cost']);
  await nullAt(['GET', '/campaigns/{id}/messages'], ['items.0.cost'], id);
  await nullAt(['GET', '/spend-limits'], ['own.day', 'own.month', 'operator.day', 'operator.month']);
  await nullAt(['GET', '/numbers/offers'], ['items.0.pricePerMonth']);

  const conversation = await nullAt(['POST', '/conversations', { phone: '+33612000009', text: 'Bonjour' }], []);
  await aReply(api.db, { accountId: shop.id, conversationId: conversation, fromNumber: '+33612000009' });
  await nullAt(['GET', '/conversations/{id}/messages'], ['items.0.state'], conversation);

  const draft = (await shop.call('POST', '/campaigns/drafts', { ...basis, name: 'n' })).body.id;
  const headers = { 'content-type': 'text/csv' };
  await api.call('POST', `/v1/campaigns/${draft}/recipients`, { key: shop.key, raw: 'to\n+33612000001\n', headers });
  await nullAt(['POST', '/campaigns/{id}/preview'], ['list', 'cost'], draft);
  await nullAt(['POST', '/campaigns/{id}/preview/full'], ['result'], draft);
  await draftReady(api.db, draft);
  await nullAt(['POST', '/campaigns/{id}/preview'], ['list.cost'], draft);
  expect(faults).toEqual([]);
});

/** Each object in the document, with its place. */
const objects = (node: unknown, place = ''): [string, Json][] =>
  typeof node === 'object' && node !== null
    ? [[place, record(node)], ...Object.entries(node).flatMap(([key, value]) => objects(value, `${place}/${key}`))]
    : [];

test('no place of the document asks for what excludes each other; no schema name means null', () => {
  const excludes = (part: unknown) => {
    const { type, properties, additionalProperties } = resolved(document['components'], part);
    return (list(type).includes('null') && !properties) || additionalProperties === false;
  };
  const both = objects(document).filter(([, { allOf }]) => list(allOf).some(excludes));
  expect(both.map(([place]) => place)).toEqual([]);
  const schemas = Object.entries(record(record(document['components'])['schemas']));
  expect(schemas.filter(([, schema]) => list(record(schema)['type']).includes('null')).map(([name]) => name)).toEqual([]);
});

test('what operations share stands in the document once', () => {
  const operations = Object.values(record(document['paths'])).flatMap((methods) => Object.values(record(methods)).map(record));
  const refusals = operations
    .flatMap(({ responses }) => Object.values(record(responses)))
    .filter((answer) => 'application/problem+json' in record(record(answer)['content']));
  expect(refusals).toEqual([]);
  const references = objects(document).flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []));
  expect(references.length).toBeGreaterThan(1000);
  const found = (ref: string) =>
    ref
      .slice(2)
      .split('/')
      .reduce((node: unknown, key) => record(node)[key], document);
  expect(references.filter((ref) => found(ref) === undefined)).toEqual([]);
});
