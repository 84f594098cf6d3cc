import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { isAnswer, itemsOf, textOf } from '../../dev/seed.ts';
import { openClient } from '../../temporal/connect.ts';
import { whereIs } from '../../workflows/signals.ts';
import { MAIL, phone, SHORT_CODES, startApp, until } from '../fixtures/app.ts';

test('a premium campaign goes out; a reply comes home on platform, by e-mail and callback, once', async () => {
  await using app = await startApp();
  const campaign = await app.campaign([{ to: phone(1), prenom: 'Zoé', reference: 'commande-7' }], {
    purpose: 'transactional',
    text: 'Bonjour {{prenom}}, livraison demain ?',
    requestId: 'rentrée-2026',
  });
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  expect(sms).toMatchObject({ to: phone(1), text: 'Bonjour Zoé, livraison demain ?' });
  expect(SHORT_CODES).toContain(sms.from);

  await app.world.phones.reply(phone(1), 'Oui, après 18 h');
  const call = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  const mail = await until('the mailbox has it', () => app.world.mailbox.mails[0]);
  const [reply] = await app.replies();

  expect(call).toMatchObject({ verified: true, attempt: 1 });
  const event: unknown = JSON.parse(call.body);
  expect(event).toMatchObject({
    id: call.id,
    type: 'reply.received',
    sequence: 1,
    data: {
      reply: { from: phone(1), to: sms.from, text: 'Oui, après 18 h', optOut: false, partial: false },
      campaign: { id: campaign['id'], name: 'Rentrée', requestId: 'rentrée-2026' },
      message: { text: 'Bonjour Zoé, livraison demain ?', reference: 'commande-7' },
    },
  });
  const read = await simpleParser(mail.raw);
  expect(mail.to).toEqual([MAIL]);
  expect(read.subject).toBe('Conversation SMS avec +33 6 12 00 00 01');
  expect(read.text).toContain('Oui, après 18 h');
  expect(read.html).toContain('Oui, après 18 h');
  expect(read.headers.get('auto-submitted')).toBe('auto-generated');
  expect(read.inReplyTo).toBe(read.references);
  expect(reply).toMatchObject({
    from: phone(1),
    text: 'Oui, après 18 h',
    campaignId: campaign['id'],
    attribution: { method: 'reply-code', confidence: 'exact' },
  });
  const runId = textOf(reply ?? {}, 'runId');
  expect(runId).toMatch(/^replies\//);
  const { client, connection } = openClient({
    address: app.config.TEMPORAL_ADDRESS,
    namespace: app.config.TEMPORAL_NAMESPACE,
    tls: false,
  });
  const run = client.workflow.getHandle(runId);
  await run.result();
  expect(await run.query(whereIs, textOf(reply ?? {}, 'id'))).toBe('done');
  expect(await run.query(whereIs, 'another')).toBe('unknown');
  await connection.close();

  const ended = await app.ended(campaign);
  expect(ended).toMatchObject({ state: 'completed', total: 1 });
  expect(app.world.endpoint.calls).toHaveLength(1);
  expect(app.world.mailbox.mails).toHaveLength(1);
});

test.each([
  { email: false, callback: false },
  { email: true, callback: false },
  { email: false, callback: true },
])('a reply goes where the account wants it and nowhere else: %o', async (ways) => {
  await using app = await startApp({ ways });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  await until('it is on the platform', async () => (await app.replies())[0]);
  await until('what is owed is delivered', async () =>
    itemsOf(await app.account.get('/v1/deliveries')).every((each) => each['state'] === 'delivered'),
  );
  expect(app.world.mailbox.mails).toHaveLength(ways.email ? 1 : 0);
  expect(app.world.endpoint.calls).toHaveLength(ways.callback ? 1 : 0);
});

test('a long answer in parts, with letters outside GSM-7, comes home whole', async () => {
  await using app = await startApp({ ways: {} });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  const text = `Où êtes-vous ? 😀 ${'Ça m’intéresse, à bientôt. '.repeat(12)}`;
  await app.world.smsc.deliver({ from: phone(1), to: app.world.phones.received[0]?.from ?? '', text, reversed: true });
  const reply = await until('it is on the platform', async () => (await app.replies())[0]);
  expect(reply['text']).toBe(text);
  expect(await app.replies()).toHaveLength(1);
});

test('a STOP is shown and delivered, and stops the next campaign of that account alone', async () => {
  await using app = await startApp();
  await app.campaign([{ to: phone(1) }, { to: phone(2) }]);
  await until('both phones have it', () => app.world.phones.received.length === 2);
  await app.world.phones.reply(phone(1), 'Stop !');
  const call = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  expect(JSON.parse(call.body)).toMatchObject({ data: { reply: { text: 'Stop !', optOut: true } } });

  app.world.phones.clear();
  const ended = await app.ended(await app.campaign([{ to: phone(1) }, { to: phone(2) }]));
  expect(ended['progress']).toMatchObject({ skipped: 1 });
  const asked = () => app.world.phones.received.filter(({ text }) => text.includes('une réponse'));
  await until('the other phone has it', () => asked().length === 1);
  expect(asked().map((sms) => sms.to)).toEqual([phone(2)]);
});

test('an answer from a conversation goes out by the code that the person wrote to', async () => {
  await using app = await startApp({ ways: {} });
  await app.campaign([{ to: phone(1) }]);
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'À quelle heure ?');
  const [conversation] = await until('the conversation is there', async () => {
    const items = itemsOf(await app.account.get('/v1/conversations'));
    return items.length > 0 && items;
  });
  await app.account.send('POST', `/v1/conversations/${textOf(conversation ?? {}, 'id')}/messages`, { text: 'Vers midi.' });
  const answer = await until('the phone has the answer', () => app.world.phones.received[1]);
  expect(answer).toMatchObject({ from: sms.from, to: phone(1), text: 'Vers midi.' });
});

test('replies to messages sent with two-way SMS off are stored, not shown; STOP is obeyed', async () => {
  await using app = await startApp();
  await app.operator.send('PUT', `/v1/operator/accounts/${app.accountId}/two-way`, { state: 'off', reason: 'Not paid' });
  const one = await app.account.send('POST', '/v1/messages', { to: phone(1), text: 'Bonjour', route: 'lowcost' });
  expect(isAnswer(one)).toBe(true);
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  // A gateway's reply comes home at night; the short way here is the line that it would take.
  app.world.gateway.receive({ from: phone(1), to: sms.from, text: 'STOP' });
  await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, {
    now: new Date(Date.now() + 7 * 3_600_000).toISOString(),
  });
  await until('it is filed', async () => (await app.rows(`select 1 from replies where filed_at is not null`))[0]);
  expect(await app.replies()).toEqual([]);
  expect(itemsOf(await app.account.get('/v1/conversations'))).toEqual([]);
  expect(await app.rows(`select 1 from deliveries`)).toEqual([]);
  expect(await app.rows(`select phone from opt_outs`)).toEqual([{ phone: phone(1) }]);
});

test('no number, text or secret is in the logs', async () => {
  await using app = await startApp();
  await app.campaign([{ to: phone(1) }], { text: 'Un texte très secret' });
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'une réponse tout aussi secrète');
  await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  await until('the mailbox has it', () => app.world.mailbox.mails[0]);
  const log = app.log.text();
  for (const secret of [
    'secret',
    'secrète',
    phone(1),
    phone(1).slice(1),
    app.key,
    app.operatorKey,
    app.callback?.secret,
    MAIL,
    app.world.smsc.password,
  ]) {
    expect(log).not.toContain(secret);
  }
});
