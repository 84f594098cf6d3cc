import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { phone, startApp, until, type App } from '../fixtures/app.ts';
import { timePasses } from '../fixtures/states/time.ts';

/** A relay that knows one password, and counts what it takes. */
async function aRelay() {
  let password = 'another';
  let taken = 0;
  let asked = 0;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 20,
    logger: false,
    onAuth(auth, _session, done) {
      asked++;
      if (auth.password === password) done(null, { user: 'us' });
      else done(new Error('no'));
    },
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => {
        taken++;
        done();
      });
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The relay has no port');
  return {
    url: `smtp://us:secret@127.0.0.1:${address.port}`,
    taken: () => taken,
    asked: () => asked,
    learn: (next: string) => void (password = next),
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}

async function twoReplies(app: App): Promise<void> {
  await app.campaign([{ to: phone(1) }, { to: phone(2) }]);
  await until('the phones have it', () => app.world.phones.received.length === 2);
  for (const index of [1, 2]) await app.world.phones.reply(phone(index), 'OUI');
  await until('both are filed', async () => (await app.rows('select 1 from deliveries')).length === 2);
}
const paused = async (app: App) => (await app.operator.get('/v1/operator/mail'))['state'] === 'paused';
/** What the relay refused before it knew us would pause them once more. */
const noneInFlight = (app: App) =>
  until(
    'nothing is in flight',
    async () =>
      (
        await app.rows(
          `select state from deliveries where state = 'in_flight' union all select state from notices where state = 'in_flight'`,
        )
      ).length === 0,
  );

test('a relay that refuses us pauses mails, unspent, and tells the operator; all goes out later', async () => {
  await using relay = await aRelay();
  await using app = await startApp({ ways: { email: true }, env: { SMTP_URL: relay.url } });
  app.log.expect(/the mail relay does not take us/);
  await twoReplies(app);
  await until('the channel is paused', () => paused(app));
  const view = await app.operator.get('/v1/operator/mail');
  expect(view).toMatchObject({ state: 'paused', response: expect.stringContaining('535') });
  expect((await app.metrics()).text).toMatch(/^mail_paused 1$/m);
  await noneInFlight(app);
  expect(await app.rows('select distinct attempts from deliveries')).toEqual([{ attempts: 0 }]);
  expect(await app.rows('select kind from notices')).toEqual([{ kind: 'mail-relay-refuses' }]);

  // Resumed too early: the relay still refuses, and mails are paused again.
  await app.operator.send('POST', '/v1/operator/mail/resume', {});
  await until('the channel is paused again', () => paused(app));
  await noneInFlight(app);
  relay.learn('secret');
  await app.operator.send('POST', '/v1/operator/mail/resume', {});
  await until(
    'both mails are delivered',
    async () => (await app.rows(`select 1 from deliveries where state = 'delivered'`)).length === 2,
  );
  expect(await app.operator.get('/v1/operator/mail')).toMatchObject({ state: 'open', since: null });
  expect((await app.metrics()).text).toMatch(/^mail_paused 0$/m);
});

test('a relay that takes us again is noticed, asked once a minute; what came meanwhile goes', async () => {
  await using relay = await aRelay();
  await using app = await startApp({ ways: { email: true }, env: { SMTP_URL: relay.url }, sweepEveryMs: 1000 });
  app.log.expect(/the mail relay does not take us/);
  await twoReplies(app);
  await until('the channel is paused', () => paused(app));
  await noneInFlight(app);
  await app.world.phones.reply(phone(1), 'NON');
  await until('it waits for the relay, and for nothing else', async () => {
    const owed = await app.rows<{ due: boolean }>('select next_at <= now() as due from deliveries');
    return owed.length === 3 && owed.every(({ due }) => due);
  });
  const asked = relay.asked();
  await timePasses(app.db, '1 day', { mail_channels: ['check_at'] });
  await until('the relay was asked', () => relay.asked() > asked);
  expect(await paused(app)).toBe(true);
  relay.learn('secret');
  await timePasses(app.db, '1 day', { mail_channels: ['check_at'] });
  await until('three mails and the notice are taken', () => relay.taken() >= 4);
  expect(await paused(app)).toBe(false);
});
