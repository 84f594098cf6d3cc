import { randomUUID } from 'node:crypto';
import { http } from '../../carriers/http/http.ts';
import { conforms } from './conformance.ts';
import { HTTP_FAULTS, serverPeer, withheld } from './server-peer.ts';
import { settingsFor, signed, startTestCarrier, TOKEN, WEBHOOK_SECRET } from '../fixtures/http-carrier.ts';

const startPeer = () =>
  serverPeer(startTestCarrier, {
    settings: ({ url }) => settingsFor(url),
    taken: ({ taken }) => taken,
    refusals: (api) => api.refusals(),
    fail: (api, fault) => api.fail(HTTP_FAULTS[fault]),
  });

conforms({
  carrier: http,
  secrets: [TOKEN, WEBHOOK_SECRET],
  wrongLogin: { token: 'wrong-55' },
  impatient: { timeoutMs: 800 },
  number: '36111',
  port: null,
  start: startPeer,
  receive: null,
  pushes: (peer) => ({
    receipt: (to, { reference }) => to.webhook(signed([{ type: 'dlr', id: reference, state: 'DELIVERED' }])),
    answerLate: withheld(peer.server(), () => peer.server().ids[0]),
    reply: (to, sms) => to.webhook(signed([{ type: 'mo', id: randomUUID(), ...sms }])),
    async replyTwice(to, sms) {
      const event = { type: 'mo', id: randomUUID(), ...sms };
      await to.webhook(signed([event]));
      await to.webhook(signed([event]));
    },
    replyInParts: null,
  }),
});
