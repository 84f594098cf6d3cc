import { randomUUID } from 'node:crypto';
import { smsgate } from '../../carriers/smsgate/smsgate.ts';
import type { WebhookRequest } from '../../carriers/carrier.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { startAndroidPhone, type SignedEvent } from '../../dev/simulator/smsgate.ts';
import { conforms, type Sms } from './conformance.ts';
import { HTTP_FAULTS, serverPeer, withheld } from './server-peer.ts';

const LOGIN = { username: 'sms', password: 'pa:55-phone' };
const SECRET = 'whs-90ab12cd';
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

const startPeer = () =>
  serverPeer(async (port) => startAndroidPhone({ ...LOGIN, webhookSecret: SECRET, port: port ?? (await freePort()) }), {
    settings: ({ url }) => ({ url, ...LOGIN, webhookSecret: SECRET, retryMinMs: 20, retryMaxMs: 40 }),
    taken: ({ sent }) => sent.map(({ to, text, sim }) => ({ from: `port ${sim}`, to, text })),
    refusals: (phone) => phone.refusals(),
    fail: (phone, fault) => phone.fail(HTTP_FAULTS[fault]),
  });

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
    peer.server().receive({ from, text, at: new Date(Date.UTC(2026, 5, 1) + 1000 * ++second) });
  },
  pushes: (peer) => ({
    receipt: (to, { reference, message }) =>
      to.webhook(asRequest(peer.server().event('sms:delivered', { messageId: reference, phoneNumber: message.to }))),
    answerLate: withheld(peer.server(), () => peer.server().sent[0]?.id),
    reply: (to, sms) => to.webhook(asRequest(peer.server().event('sms:received', received(sms)))),
    async replyTwice(to, sms) {
      const id = randomUUID();
      const payload = received(sms);
      await to.webhook(asRequest(peer.server().event('sms:received', payload, { id })));
      await to.webhook(asRequest(peer.server().event('sms:received', payload, { id })));
    },
    replyInParts: null,
  }),
});
