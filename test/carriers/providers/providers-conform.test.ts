import { randomUUID } from 'node:crypto';
import { conforms } from '../conformance.ts';
import { HTTP_FAULTS, serverPeer, withheld } from '../server-peer.ts';
import { ovhPlay, PLAYS, SECRET, startProvider, WEBHOOK_SECRET, type Play } from './play.ts';

const FAULTS = { ...HTTP_FAULTS, throttle: 'busy', reject: 'rejected' } as const;
type Played = Omit<Play, 'reply' | 'receipt' | 'statuses'>;

const startPeer = (play: Played) =>
  serverPeer((port) => startProvider(play, port === undefined ? {} : { port }), {
    settings: ({ url }) => ({ ...play.settings(url), retryMinMs: 20, retryMaxMs: 40 }),
    taken: ({ taken }) => taken,
    refusals: (api) => api.refusals(),
    fail: (api, fault) => api.fail(FAULTS[fault]),
  });

const basis = (play: Played) => ({
  carrier: play.carrier,
  secrets: [SECRET, WEBHOOK_SECRET],
  wrongLogin: play.wrongLogin,
  impatient: { timeoutMs: 800 },
  port: null,
  start: () => startPeer(play),
  receive: null,
});

for (const play of Object.values(PLAYS)) {
  conforms({
    ...basis(play),
    number: '36111',
    pushes: (peer) => ({
      receipt(to, { reference }) {
        const delivered = Object.entries(play.statuses).find(([, status]) => status === 'delivered')?.[0] ?? '';
        return to.webhook(play.receipt(reference, delivered));
      },
      answerLate: withheld(peer.server(), () => peer.server().ids[0]),
      reply: (to, sms) => to.webhook(play.reply({ id: randomUUID(), ...sms })),
      async replyTwice(to, sms) {
        const reply = play.reply({ id: randomUUID(), ...sms });
        await to.webhook(reply);
        await to.webhook(reply);
      },
      replyInParts: null,
    }),
  });
}

// It is asked for replies: ovhcloud.test.ts.
conforms({ ...basis(ovhPlay), number: '36105', pushes: null });
