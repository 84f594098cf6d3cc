import { expect, test } from 'vitest';
import { phone, startApp, until } from '../fixtures/app.ts';
import { startWorkerProcess } from '../fixtures/worker.ts';

test('a worker killed while it sends a mail: it is sent in half a minute, same Message-ID', async () => {
  await using app = await startApp({ env: { ROLE: 'api' }, ways: { email: true, callback: false } });
  await using first = await startWorkerProcess(app.config);
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  app.world.mailbox.treat('hang', 1);
  await app.world.phones.reply(phone(1), 'OUI');
  await until('the mail is out, and not answered', () => app.world.mailbox.unanswered() === 1);
  await first.kill();
  await using _ = await startWorkerProcess(app.config);
  const killedAt = performance.now();
  await until('the mail is there', () => app.world.mailbox.mails[0], 60_000);
  expect(performance.now() - killedAt).toBeLessThan(45_000);
  await until('it is noted', async () => (await app.rows(`select 1 from deliveries where state = 'delivered'`))[0]);
  const attempts = await app.rows<{ class: string }>(`select class from delivery_attempts order by number`);
  expect(attempts.map((each) => each.class)).toEqual(['unknown', 'ok']);
  expect(app.world.mailbox.mails).toHaveLength(1);
}, 180_000);
