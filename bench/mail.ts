import { round, type Bench } from './bench.ts';
import { mailsPerSecond } from './ceilings/mail-ceiling.ts';
import { exchange, inTurn, populate } from './callbacks/callbacks.ts';

const ACCOUNTS = 50;
const PHONES_EACH = 50;
const PER_SECOND = 100;
const SECONDS = 15;
const BURST = 6000;

export const mailBench: Bench = {
  name: 'mail',
  stack: { receipts: null, window: 100, mails: true },
  async measure(stack, say) {
    const { world, smtpUrl } = stack;
    const crowd = await populate(stack, { count: ACCOUNTS, phonesEach: PHONES_EACH });
    for (const [n, one] of crowd.customers.entries()) {
      await one.send('DELETE', `/v1/callback-endpoints/${one.endpointId}`);
      await one.send('PATCH', '/v1/reply-settings', { emails: [{ address: `owner@customer-${n}.example` }] });
    }
    const from = inTurn(crowd);
    say(`${ACCOUNTS} accounts with an address each are ready`);

    await exchange(world, { from, prefix: 'warm ', count: 300, perSecond: PER_SECOND });
    const steady = PER_SECOND * SECONDS;
    const { home: calm } = await exchange(world, { from, prefix: 'steady ', count: steady, perSecond: PER_SECOND });
    const { home: flood } = await exchange(world, { from, prefix: 'burst ', count: BURST, perSecond: null, withinMs: 180_000 });

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
