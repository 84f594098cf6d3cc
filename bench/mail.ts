import type { ApiClient } from '../dev/seed.ts';
import { round, type Bench } from './bench.ts';
import { mailsPerSecond } from './ceilings/mail-ceiling.ts';
import { launch, phones, SHORT_CODE } from './stage/stack.ts';

const ACCOUNTS = 50;
const PHONES_EACH = 50;
const PER_SECOND = 100;
const SECONDS = 15;
const BURST = 6000;

export const mailBench: Bench = {
  name: 'mail',
  stack: { receipts: null, window: 100, mails: true },
  async measure({ customer, world, smtpUrl }, say) {
    const everyone: string[] = [];
    const customers: ApiClient[] = [];
    for (let n = 0; n < ACCOUNTS; n++) {
      const one = await customer(n);
      await one.send('DELETE', `/v1/callback-endpoints/${one.endpointId}`);
      await one.send('PATCH', '/v1/reply-settings', { emails: [{ address: `owner@customer-${n}.example` }] });
      customers.push(one);
    }
    for (const [n, account] of customers.entries()) {
      const own = phones(PHONES_EACH, n * PHONES_EACH);
      await launch(account, own);
      everyone.push(...own);
    }
    await world.submitted({ count: everyone.length, withinMs: 120_000 });
    // Neighbours in the list belong to other accounts.
    const from = everyone.map((_, index) => everyone[(index % ACCOUNTS) * PHONES_EACH + Math.floor(index / ACCOUNTS)] ?? '');
    say(`${ACCOUNTS} accounts with an address each are ready`);

    await world.deliver({ from, to: SHORT_CODE, count: 300, prefix: 'warm ', perSecond: PER_SECOND });
    await world.arrived({ prefix: 'warm ', count: 300, withinMs: 30_000 });

    const steady = PER_SECOND * SECONDS;
    await world.deliver({ from, to: SHORT_CODE, count: steady, prefix: 'steady ', perSecond: PER_SECOND });
    const calm = await world.arrived({ prefix: 'steady ', count: steady, withinMs: 60_000 });
    if (calm.arrived !== steady || calm.twice > 0) throw new Error(`${calm.arrived} of ${steady} arrived, ${calm.twice} twice`);

    await world.deliver({ from, to: SHORT_CODE, count: BURST, prefix: 'burst ', perSecond: null });
    const flood = await world.arrived({ prefix: 'burst ', count: BURST, withinMs: 180_000 });
    if (flood.arrived !== BURST || flood.twice > 0) throw new Error(`${flood.arrived} of ${BURST} arrived, ${flood.twice} twice`);

    const alone = await mailsPerSecond(smtpUrl);
    const saturated = BURST / flood.seconds;
    const over = `over ${ACCOUNTS} accounts`;
    return [
      { line: `reply → mail in the mailbox at ${PER_SECOND}/s ${over}, p50`, value: round(calm.p50), unit: 'ms' },
      {
        line: `reply → mail in the mailbox at ${PER_SECOND}/s ${over}, p99`,
        value: round(calm.p99),
        unit: 'ms',
        note: `${steady} replies, one mail each`,
      },
      {
        line: `reply → mail in the mailbox, saturated ${over}`,
        value: round(saturated),
        unit: '/s',
        aim: '≥ 300/s',
        ratio: round(saturated / alone),
        note: `${BURST} at once, from the first reply to the last mail; a page filled in and SMTP alone ${round(alone)}/s`,
      },
    ];
  },
};
