import { call, freshNumbers, judge, outcomes, phonesSince, press, say, syncSixHoursLater, table, until, write } from './tools.ts';
import type { DevState } from '../dev.ts';
import { createClient, itemsOf, textOf, type ApiClient } from '../seed.ts';

const MAIL = 'v0@boulangerie.example';

/** V0's three ways, each with what its recipient does. */
const WAYS = [
  {
    name: 'Lowcost',
    how: 'from a SIM; the phone presses reply',
    fields: { route: 'lowcost', text: 'Soldes samedi. On vous garde une place ?' },
    answers: ['Oui, volontiers', 'Pas cette fois'],
  },
  {
    name: 'Premium, short code',
    how: '12345 is the default sender, and withReplies; the phone presses reply',
    fields: { route: 'premium', withReplies: true, text: 'Votre commande est prête. Passerez-vous samedi ?' },
    answers: ['OUI samedi', 'NON, lundi'],
  },
  {
    name: 'Premium, sender ID',
    how: 'XXXXX in the text; reply reaches nobody, the phone writes a new SMS to the number it reads',
    fields: {
      route: 'premium',
      sender: 'Boulangerie',
      text: 'Fermé lundi. Une question ? Écrivez au XXXXX. Nous lisons tout au XXXXX.',
    },
    answers: ['Et mardi ?', 'Merci de prévenir'],
  },
] as const;

/** A V0 customer (before 2020-10-01): it requests changes of its reply settings, and the operator carries them out. */
async function aCustomer({ url, operatorKey, addresses }: DevState): Promise<ApiClient> {
  const operator = createClient(url, operatorKey);
  const basis = { name: 'Boulangerie V0', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const made = await operator.send('POST', '/v1/operator/accounts', { ...basis, createdAt: '2019-05-01T00:00:00Z' });
  const path = `/v1/operator/accounts/${textOf(made, 'id')}`;
  await operator.send('PUT', `${path}/two-way`, { state: 'on', reason: 'A demonstration account' });
  const account = createClient(url, textOf(await operator.send('POST', `${path}/keys`, { name: 'demo' }), 'key'));
  await account.send('PATCH', '/v1/account', { defaultSender: '12345' });
  await account.send('PATCH', '/v1/reply-settings', { emails: [{ address: MAIL }] });
  const asked = await account.send('POST', '/v1/callback-endpoints', { url: `${addresses.endpoint}/hook` });
  await call(`${addresses.endpoint}/secrets`, 'POST', { secret: textOf(asked, 'secret') });
  say('0. The customer asks for its replies by e-mail and by callback; the operator sets it up');
  const waiting = itemsOf(await operator.get(`/v1/operator/setting-requests?account=${textOf(made, 'id')}`));
  for (const request of waiting) await operator.send('POST', `/v1/operator/setting-requests/${textOf(request, 'id')}/carry-out`);
  return account;
}

/** Runs V0's three ways through public doors only. True when every answer came out exactly once everywhere it should. */
export async function playV0(state: DevState): Promise<boolean> {
  const begun = new Date();
  const account = await aCustomer(state);
  const campaigns = new Map<string, string>();
  const fresh = freshNumbers();
  for (const [index, { name, how, fields, answers }] of WAYS.entries()) {
    const phones = answers.map((text, place) => ({ text, phone: fresh(`+336100000${index}${place}`) }));
    const recipients = phones.map(({ phone }) => ({ to: phone }));
    const body = { name, purpose: 'transactional', recipients, ...fields };
    const campaign = await account.send('POST', '/v1/campaigns', body, { 'idempotency-key': crypto.randomUUID() });
    say(`${index + 1}. ${name}: ${how}`);
    for (const { phone, text } of phones) {
      campaigns.set(`${phone} ${text}`, textOf(campaign, 'id'));
      const sms = await until(
        `${phone} has it`,
        async () => (await phonesSince(state, begun)).received.find((each) => each.to === phone) ?? null,
      );
      if (text === answers[0]) say(`   ${phone} reads, from ${sms.from}: « ${sms.text} »`);
      const code = /\d{5}/.exec(sms.text)?.[0];
      await (code === undefined ? press(state, phone, text) : write(state, phone, code, text));
    }
  }

  say('4. Six hours pass for the gateway, and the nightly sync runs');
  await syncSixHoursLater(state);
  const results = await outcomes(
    state,
    account,
    begun,
    (sms, { reply }) => reply?.['campaignId'] === campaigns.get(`${sms.from} ${sms.text}`),
  );

  say();
  const times = (count: number) => (count === 1 ? 'yes' : `${count} times`);
  const lines = results.map(({ sms, found, right }) => [
    sms.from,
    sms.to,
    sms.text,
    times(found.platform),
    times(found.mails.length),
    times(found.calls.length),
    right ? 'ok' : 'WRONG',
  ]);
  say(table(lines, ['phone', 'written to', 'reply', 'reply history', 'e-mail', 'signed callback', '']));
  return judge(results, WAYS.flatMap(({ answers }) => answers).length);
}
