import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { countSegments } from '../../domain/sms/segments.ts';
import {
  hasStopMention,
  STOP_MENTION,
  stopNumberIn,
  stopWords,
  withMention,
  withoutStopCodes,
} from '../../domain/sending/stop-mention.ts';
import { anAccount, carriers, startApi, type TestApi } from '../fixtures/api.ts';

test.each([
  'Soldes. STOP au 36200',
  'Soldes. Stop au 36111',
  'Soldes STOP SMS au 36105',
  'Soldes STOPSMS 36180',
  'Soldes STOP=36105',
  'Soldes STOP: 36105',
  'Soldes Stop > 36105',
  'Soldes STOP par SMS au 36105',
  'Soldes (STOP au 36105)',
  'Soldes STOP « 36105 »',
  'Soldes STOP au XXXXX',
  'Soldes STOP SMS: XXXXX',
  'Soldes, STOP au 06 12 34 56 78',
  'Soldes, STOP au +33612345678',
  'Répondez STOP',
  'Pour arrêter, envoyez « STOP »',
  'Rép. STOP pour arrêter',
  'Répondez par STOP',
  'Envoyez STOP par SMS au 36105',
  'STOP par retour de SMS',
  'STOP en réponse',
  'STOP pour ne plus recevoir de SMS',
  'Désinscription : STOP',
  'Pour ne plus recevoir nos offres : STOP',
  'Désabo: stop',
  'Reply STOP to opt out',
  'Text STOP to unsubscribe',
  'Unsubscribe: STOP',
])('%s says how to stop', (text) => {
  expect(hasStopMention(text)).toBe(true);
});

test.each([
  'Ouvert non-stop 36200',
  'Non stop ?',
  'STOP aux prix hauts ! Soldes demain',
  'Stop à la galère : 50000 places',
  'STOP ! 2000 euros offerts. 10 h à 18 h',
  'STOP 2026',
  'Auto-stop 36105',
  'Christophe vous attend',
  'Prochain arrêt : Stopville 36105',
  'STOP au XXXXXX',
  'STOP au 123456',
  'Soldes',
  '',
])('%s does not', (text) => {
  expect(hasStopMention(text)).toBe(false);
});

test('XXXXX in a mention of STOP asks for no replies, elsewhere it does', () => {
  for (const text of ['STOP au XXXXX', 'Stop SMS: XXXXX', 'STOP=XXXXX', 'stop par sms au XXXXX'])
    expect(withoutStopCodes(text)).not.toContain('XXXXX');
  for (const text of ['OUI au XXXXX', 'STOP ou OUI au XXXXX', 'OUI au XXXXX, STOP au XXXXX', 'STOP au XXXXXX'])
    expect(withoutStopCodes(text)).toContain('XXXXX');
});

test.each([
  [STOP_MENTION, '36200', 'STOP au 36200'],
  [STOP_MENTION, '12345', 'STOP par retour de SMS'],
  [STOP_MENTION, null, null],
  ['STOP SMS au 36105', null, 'STOP SMS au 36105'],
  ['STOP SMS 36105', '12345', 'STOP SMS 36105'],
])('%s with the code %s is said as %s, and is known again', (form, code, words) => {
  expect(stopWords(form, code, '12345')).toBe(words);
  const said = words ?? STOP_MENTION;
  const whole = withMention('Soldes', said);
  expect([whole, hasStopMention(whole), countSegments(whole).encoding]).toEqual([`Soldes ${said}`, true, 'gsm7']);
  expect(withMention('Soldes\n', said)).toBe(`Soldes\n${said}`);
});

test('the number of a mention is read as it is dialled', () => {
  expect(stopNumberIn('Soldes STOP SMS au 36105.')).toBe('36105');
  expect(stopNumberIn('STOP au 06 12 34 56 78')).toBe('0612345678');
  expect(stopNumberIn('Répondez STOP')).toBeNull();
});

const stored = (api: TestApi) =>
  rows<{ text: string; code: string | null; segments: number }>(
    api.db.pool,
    `select text, reply_code as code, segments from messages where campaign_id = (select max(id::text)::uuid from campaigns) order by row`,
  );
const FRENCH = { to: '+33612000001' };
const base = { name: 'Soldes', route: 'premium', sender: 'Boutique', recipients: [FRENCH] };

test('marketing to France says how to stop it: the mention is added, counted and told', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const send = async (fields: object) => {
    const body = { ...base, ...fields };
    const shown = await shop.call('POST', '/campaigns/preview', body);
    const made = await shop.call('POST', '/campaigns', body);
    expect(made.status).toBe(202);
    expect(shown.body.stopMention.added).toBe(made.body.stopMentionsAdded);
    const messages = await stored(api);
    expect(shown.body.segments.total).toBe(messages.reduce((sum, { segments }) => sum + segments, 0));
    return messages.map(({ text, code }) => [text, code]);
  };
  const mixed = { recipients: [FRENCH, { to: '+262692000001' }, { to: '+32470123456' }] };
  expect(await send({ text: 'Soldes', ...mixed })).toEqual([
    ['Soldes STOP au 36200', '36200'],
    ['Soldes STOP au 36200', '36200'],
    ['Soldes', null],
  ]);
  expect(await send({ text: 'Soldes', route: 'lowcost', sender: undefined })).toEqual([
    [expect.stringMatching(/^Soldes STOP au (\+33600000\d{3})$/), expect.stringMatching(/^\+336/)],
  ]);
  expect(await send({ text: 'Soldes. Stop SMS: XXXXX' })).toEqual([['Soldes. Stop SMS: 36200', '36200']]);
  // A number of ours that it names is where a STOP to it comes in; one of others is not.
  expect(await send({ text: 'Soldes. STOP 36200' })).toEqual([['Soldes. STOP 36200', '36200']]);
  expect(await send({ text: 'Soldes. STOP 36105' })).toEqual([['Soldes. STOP 36105', null]]);
  expect(await send({ text: 'Colis livré', purpose: 'transactional' })).toEqual([['Colis livré', null]]);
  // Two segments where the text alone was one.
  const long = 'a'.repeat(150);
  expect((await shop.call('POST', '/campaigns', { ...base, text: long })).body).toMatchObject({
    segments: 2,
    stopMentionsAdded: 1,
  });

  expect((await shop.call('PATCH', '/policies', { stopMention: 'Arrêtez tout' })).body).toMatchObject({
    errors: [{ field: 'stopMention', problem: 'does not say how to stop' }],
  });
  await shop.call('PATCH', '/policies', { stopMention: 'STOP SMS 36105' });
  expect(await send({ text: 'Soldes' })).toEqual([['Soldes STOP SMS 36105', null]]);
});

test('without a number to name it is warned of; a text that asks for one is refused', async () => {
  const basis = { ...base, text: 'Soldes' };
  {
    await using api = await startApi();
    await carriers(api, { codes: [] });
    const shop = await anAccount(api);
    const made = await shop.call('POST', '/campaigns', basis);
    expect(made.body).toMatchObject({
      stopMentionsAdded: 0,
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'stop-mention-missing' })]),
    });
    const refused = await shop.call('POST', '/campaigns', { ...basis, text: 'Soldes STOP au XXXXX' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'no-reply-code' } });
  }
  await using api = await startApi({ stopNumber: '36111' });
  await carriers(api, { codes: ['36111', '36200'] });
  const shop = await anAccount(api);
  await shop.call('POST', '/campaigns', basis);
  expect(await stored(api)).toMatchObject([{ text: 'Soldes STOP au 36111', code: '36111' }]);
  await shop.call('POST', '/campaigns', { ...basis, withReplies: true });
  expect(await stored(api)).toMatchObject([{ text: 'Soldes STOP au 36200', code: '36200' }]);
});
