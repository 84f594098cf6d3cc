import { randomUUID } from 'node:crypto';
import { http } from '../../carriers/http/http.ts';
import type { HttpCarrier } from '../../dev/simulator/http-carrier.ts';
import { conforms, type Fault, type Peer } from './conformance.ts';
import { settingsFor, signed, startTestCarrier, TOKEN, WEBHOOK_SECRET } from '../fixtures/http-carrier.ts';

const FAULTS = { throttle: 429, reject: 400, 'hang-up': 'cut', garbage: 'garbage', slow: 'hang' } as const satisfies Record<
  Fault,
  unknown
>;

async function startPeer(): Promise<Peer & { api(): HttpCarrier }> {
  let api = await startTestCarrier();
  return {
    settings: settingsFor(api.url),
    api: () => api,
    taken: () => api.taken,
    refusals: () => api.refusals(),
    meet(fault, submit) {
      api.fail(FAULTS[fault]);
      return submit();
    },
    async away() {
      const { port } = api;
      await api[Symbol.asyncDispose]();
      return {
        async back() {
          api = await startTestCarrier(port);
        },
      };
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

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
    async answerLate(submit, meanwhile) {
      const api = peer.api();
      api.withhold(true);
      const done = submit();
      while (api.ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await meanwhile(api.ids[0] ?? '');
      api.withhold(false);
      await done;
    },
    reply: (to, sms) => to.webhook(signed([{ type: 'mo', id: randomUUID(), ...sms }])),
    async replyTwice(to, sms) {
      const event = { type: 'mo', id: randomUUID(), ...sms };
      await to.webhook(signed([event]));
      await to.webhook(signed([event]));
    },
    replyInParts: null,
  }),
});
