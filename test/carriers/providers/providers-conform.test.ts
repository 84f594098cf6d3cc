import { randomUUID } from 'node:crypto';
import { conforms, type Fault, type Peer } from '../conformance.ts';
import { ovhPlay, PLAYS, SECRET, startProvider, WEBHOOK_SECRET, type Play, type Provider } from './play.ts';

const FAULTS = {
  throttle: 'busy',
  reject: 'rejected',
  'hang-up': 'cut',
  garbage: 'garbage',
  slow: 'hang',
} as const satisfies Record<Fault, unknown>;
type Played = Omit<Play, 'reply' | 'receipt' | 'statuses'>;

async function startPeer(play: Played): Promise<Peer & { api(): Provider }> {
  let api = await startProvider(play);
  return {
    settings: { ...play.settings(api.url), retryMinMs: 20, retryMaxMs: 40 },
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
          api = await startProvider(play, { port });
        },
      };
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

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
      async answerLate(submit, meanwhile) {
        const api = peer.api();
        api.withhold(true);
        const done = submit();
        while (api.ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        await meanwhile(api.ids[0] ?? '');
        api.withhold(false);
        await done;
      },
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
