import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import type { ClaimedEmail } from '../../activities/mail/claim-deliveries.ts';
import { claimDigests } from '../../activities/mail/claim-digests.ts';
import { handleBounce } from '../../activities/mail/handle-bounce.ts';
import { reclaimDead } from '../../activities/due-deliveries.ts';
import { recordEnded } from '../../activities/callbacks/record-attempts.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { renderReplyEmail, type ReplyEmail } from '../../templates/email.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { MAIL, phone, startApp, until, type App } from '../fixtures/app.ts';
import { aDelivery } from '../fixtures/rows.ts';
import { othersDueLater, sixMailsGone } from '../fixtures/states/mail.ts';
import { timePasses } from '../fixtures/states/time.ts';

const states = async (app: App) =>
  (
    await app.rows<{ state: string; count: number }>(
      `select concat_ws(' ', state, held_reason) as state, count(*)::int as count from deliveries group by 1 order by 1`,
    )
  ).map(({ state, count }) => `${state}: ${count}`);

/** As if a minute had passed. */
async function aMinuteLater(app: App): Promise<void> {
  await timePasses(app.db, '1 minute', { gathered_mails: ['at'] });
  await timePasses(app.db, '1 minute', { deliveries: ['next_at'] }, { held_reason: 'gathering' });
}

test('a flood to a gathering address: six mails, then one a minute a conversation, all in it', async () => {
  await using app = await startApp({ ways: { email: true }, emailSchedule: [0, 200, 200], sweepEveryMs: 1000 });
  await app.account.send('PATCH', '/v1/reply-settings', { emails: [{ address: MAIL, gather: true }] });
  await app.campaign([{ to: phone(1) }, { to: phone(2) }]);
  await until('the phones have it', () => app.world.phones.received.length === 2);
  for (let n = 1; n <= 10; n++) await app.world.phones.reply(phone(1), `Message ${n}`);
  await until('six have gone', async () => (await states(app)).join() === 'delivered: 6,held gathering: 4');
  expect(app.world.mailbox.mails).toHaveLength(6);
  await app.world.phones.reply(phone(2), 'Une autre');
  await until('another conversation’s went at once', async () => (await states(app))[0] === 'delivered: 7');
  expect(await app.account.get('/v1/deliveries?state=held')).toMatchObject({
    items: Array.from({ length: 4 }, () => ({ heldReason: 'gathering', attempts: 0 })),
  });

  app.world.mailbox.treat('drop-after-data', 1);
  await aMinuteLater(app);
  await until('everything is delivered', async () => (await states(app)).join() === 'delivered: 11');
  const read = await Promise.all(app.world.mailbox.mails.map(({ raw }) => simpleParser(raw)));
  const [gathered, again, ...none] = read.slice(7);
  expect(none).toEqual([]);
  expect(gathered?.text).toContain('4 réponses de +33 6 12 00 00 01');
  const told = [...(gathered?.text ?? '').matchAll(/^> (.*)$/gm)].map(([, line]) => line);
  const alone = read.slice(0, 6).flatMap(({ text }) => /^> (.*)$/m.exec(text ?? '')?.[1] ?? []);
  const inOrder = await app.rows<{
    text: string;
  }>(`select r.text from deliveries d join events e on e.id = d.event_id join replies r on r.id = e.reply_id
    where d.mail_id in (select mail_id from deliveries where mail_id <> id) order by r.sequence`);
  expect(told).toEqual(inOrder.map(({ text }) => text));
  expect(new Set([...alone, ...told])).toEqual(new Set(Array.from({ length: 10 }, (_, index) => `Message ${index + 1}`)));
  expect([again?.messageId, again?.text, again?.html]).toEqual([gathered?.messageId, gathered?.text, gathered?.html]);
  const [first, other] = [read[0], read[6]];
  expect([gathered?.inReplyTo, gathered?.subject]).toEqual([first?.inReplyTo, first?.subject]);
  expect(other?.inReplyTo).not.toBe(first?.inReplyTo);
  expect(
    await app.rows(`select distinct attempts from deliveries where id in (
    select id from deliveries where mail_id <> id) or mail_id in (select mail_id from deliveries where mail_id <> id)`),
  ).toEqual([{ attempts: 2 }]);
});

/** An address that wants a flood gathered, and replies that are owed to it in so many conversations. */
async function aFlood(counts: number[]) {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const shop = await anAccount(api);
  const settings = await shop.call('PATCH', '/reply-settings', { emails: [{ address: 'a@example.com', gather: true }] });
  const emailId: string = settings.body.emails[0].id;
  const conversations = counts.map(() => newId());
  const owe = (conversation: number, sequence: number) =>
    aDelivery(api.db, {
      accountId: shop.id,
      replyId: null,
      channel: 'email',
      endpointId: null,
      emailId,
      state: 'pending',
      attempts: 0,
      conversationId: conversations[conversation] ?? null,
      sequence,
    });
  for (const [index, count] of counts.entries()) for (let n = 1; n <= count; n++) await owe(index, n);
  const claim = () => claimDigests(api.db.pool, { limit: 1000 });
  const held = stack.move();
  return { api, shop, owe, claim, pool: api.db.pool, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
const sizes = (mails: ClaimedEmail[]): number[] => mails.map(({ deliveries }) => deliveries.length).toSorted((a, b) => a - b);

test('two processes that claim at once for one address let six go between them', async () => {
  await using flood = await aFlood([30]);
  const both = await Promise.all([flood.claim(), flood.claim()]);
  expect(sizes(both.flatMap(({ mails }) => mails))).toEqual([1, 1, 1, 1, 1, 1]);
  expect(Math.max(...both.map(({ waiting }) => waiting))).toBe(24);
});

test('a process that dies with a gathered mail leaves it whole: its claim is what it was', async () => {
  await using flood = await aFlood([6, 1]);
  expect(sizes((await flood.claim()).mails)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  for (const sequence of [7, 8]) await flood.owe(0, sequence);
  expect(await flood.claim()).toEqual({ mails: [], waiting: 2 });
  await timePasses(flood, '50 seconds', { gathered_mails: ['at'] });
  await timePasses(flood, '61 seconds', { deliveries: ['next_at'] }, { held_reason: 'gathering' });
  await timePasses(flood, '11 seconds', { gathered_mails: ['at'] });
  const [before] = (await flood.claim()).mails;
  expect(before?.deliveries).toHaveLength(2);
  // Its process was killed; one of its two is due long before the other; and one more reply came.
  await timePasses(flood, '1 hour', { deliveries: ['lease_until'] }, { mail_id: before?.id ?? '' });
  expect(await reclaimDead(flood.pool)).toBe(2);
  await othersDueLater(flood, before?.id ?? '');
  await flood.owe(0, 9);
  const again = (await flood.claim()).mails;
  expect(sizes(again)).toEqual([1, 2]);
  const same = again.find(({ id }) => id === before?.id);
  expect([same?.bodies, same?.deliveries.map(({ attempt }) => attempt)]).toEqual([before?.bodies, [2, 2]]);
  expect(same?.deliveries.map(({ claim }) => claim)).not.toEqual(before?.deliveries.map(({ claim }) => claim));
});

test('a flood makes mails of a hundred at most; an address that left gathering holds up nothing', async () => {
  await using flood = await aFlood([7, 230]);
  await sixMailsGone(flood);
  expect(sizes((await flood.claim()).mails)).toEqual([7, 30, 100, 100]);

  await flood.owe(0, 8);
  await flood.owe(0, 9);
  expect((await flood.claim()).waiting).toBe(2);
  await flood.shop.call('PATCH', '/reply-settings', { emails: [{ address: 'a@example.com', gather: false }] });
  await flood.owe(0, 10);
  expect(sizes((await flood.claim()).mails)).toEqual([1, 1, 1]);
  await flood.owe(0, 11);
  await flood.shop.call('PATCH', '/reply-settings', { emails: [] });
  expect(await flood.claim()).toEqual({ mails: [], waiting: 0 });
  expect(await rows(flood.pool, `select last_class from deliveries where state = 'aborted'`)).toEqual([
    { last_class: 'removed' },
  ]);
});

test('the deliveries of a mail end together, and its bounce is noted with each of them', async () => {
  await using flood = await aFlood([3]);
  await sixMailsGone(flood);
  const [mail] = (await flood.claim()).mails;
  const ended = mail?.deliveries.map(({ id, claim }) => ({
    id,
    claim,
    state: 'delivered' as const,
    delayMs: null,
    class: 'ok',
    status: null,
    timings: null,
    remoteAddress: null,
    responseHeaders: null,
    bodyExcerpt: null,
    error: null,
  }));
  expect(await recordEnded(flood.pool, ended ?? [])).toBe(3);
  const report = { action: 'failed', status: '5.7.1', diagnostic: 'no' };
  await handleBounce(flood.pool, 'bounce', mail?.id ?? '', { report });
  expect(await rows(flood.pool, 'select state, last_class, count(*)::int as count from deliveries group by 1, 2')).toEqual([
    { state: 'delivered', last_class: 'bounced', count: 3 },
  ]);
});

const REPLY = { receivedAt: new Date('2026-03-01T09:00:00Z'), campaignName: null, optOut: false, partial: false };
const REPLY_MAIL: ReplyEmail = {
  locale: 'en',
  from: '+33612000001',
  timeZone: 'Europe/Paris',
  replies: [],
  link: 'https://sms.example.com/c?a=1&b=2',
  unsubscribe: 'https://sms.example.com/u',
  answerable: true,
};

test('what people wrote, and campaigns’ names, fill a mail in as text, whatever it looks like', async () => {
  const texts = ['⟦title⟧ <img src=x onerror=alert(1)>', `$& "double" and 'single' & more`, '⟦link⟧\nsecond line'];
  const { html, text } = await renderReplyEmail({
    ...REPLY_MAIL,
    replies: texts.map((each, index) => ({
      ...REPLY,
      text: each,
      campaignName: index === 1 ? '<b>⟦text⟧</b>' : null,
      optOut: index === 2,
    })),
  });
  expect(html).toContain('⟦title⟧ &lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain('$&amp; &quot;double&quot; and &#x27;single&#x27; &amp; more');
  expect(html).toContain('&lt;b&gt;⟦text⟧&lt;/b&gt;');
  expect(html).toContain('⟦link⟧\nsecond line');
  expect(html).toContain('href="https://sms.example.com/c?a=1&amp;b=2"');
  expect(html.match(/⟦/g)).toHaveLength(3);
  expect(html.match(/no longer wants your SMS/g)).toHaveLength(1);
  expect(html.match(/<!DOCTYPE/g)).toHaveLength(1);
  expect(text).toContain('3 replies from +33 6 12 00 00 01');
  expect(text).toContain('> ⟦link⟧\n> second line');
});
