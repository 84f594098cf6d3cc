import { randomUUID } from 'node:crypto';
import { smsgate } from '../../carriers/smsgate/smsgate.ts';
import type { WebhookRequest } from '../../carriers/carrier.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { startAndroidPhone, type AndroidPhone, type SignedEvent } from '../../dev/simulator/smsgate.ts';
import { conforms, type Fault, type Peer, type Sms } from './conformance.ts';

const LOGIN = { username: 'sms', password: 'pa:55-phone' };
const SECRET = 'whs-90ab12cd';
const FAULTS = { throttle: 429, reject: 400, 'hang-up': 'cut', garbage: 'garbage', slow: 'hang' } as const satisfies Record<
  Fault,
  unknown
>;
/** As the platform's table of numbers is empty, a reply is shown with the slot that received it. */
const SIM = 'port 1';

const asRequest = ({ body, headers }: SignedEvent): WebhookRequest => ({
  method: 'POST',
  url: '',
  query: {},
  headers,
  body: Buffer.from(body),
  receivedAt: new Date(),
});
const received = ({ from, text }: Sms) => ({
  messageId: 'c0ffee',
  message: text,
  phoneNumber: from,
  simNumber: 1,
  receivedAt: new Date().toISOString(),
});

async function startPeer(): Promise<Peer & { phone(): AndroidPhone }> {
  const start = (port: number) => startAndroidPhone({ ...LOGIN, webhookSecret: SECRET, port });
  let phone = await start(await freePort());
  return {
    settings: { url: phone.url, ...LOGIN, webhookSecret: SECRET, retryMinMs: 20, retryMaxMs: 40 },
    phone: () => phone,
    refusals: () => phone.refusals(),
    taken: () => phone.sent.map(({ to, text, sim }) => ({ from: `port ${sim}`, to, text })),
    meet(fault, submit) {
      phone.fail(FAULTS[fault]);
      return submit();
    },
    async away() {
      const { port } = phone;
      await phone[Symbol.asyncDispose]();
      return {
        async back() {
          phone = await start(port);
        },
      };
    },
    [Symbol.asyncDispose]: () => phone[Symbol.asyncDispose](),
  };
}

let second = 0;
conforms({
  carrier: smsgate,
  secrets: [LOGIN.password, SECRET],
  wrongLogin: { password: 'wrong-55' },
  impatient: { timeoutMs: 800 },
  number: SIM,
  port: 1,
  start: startPeer,
  receive: (peer, { from, text }) => {
    // The network's time, one second after the other.
    peer.phone().receive({ from, text, at: new Date(Date.UTC(2026, 5, 1) + 1000 * ++second) });
  },
  pushes: (peer) => ({
    receipt: (to, { reference, message }) =>
      to.webhook(asRequest(peer.phone().event('sms:delivered', { messageId: reference, phoneNumber: message.to }))),
    async answerLate(submit, meanwhile) {
      const phone = peer.phone();
      phone.withhold(true);
      const done = submit();
      while (phone.sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await meanwhile(phone.sent[0]?.id ?? '');
      phone.withhold(false);
      await done;
    },
    reply: (to, sms) => to.webhook(asRequest(peer.phone().event('sms:received', received(sms)))),
    async replyTwice(to, sms) {
      const id = randomUUID();
      const payload = received(sms);
      await to.webhook(asRequest(peer.phone().event('sms:received', payload, { id })));
      await to.webhook(asRequest(peer.phone().event('sms:received', payload, { id })));
    },
    replyInParts: null,
  }),
});
