import { setImmediate } from 'node:timers/promises';
import { smpp } from '../../../carriers/smpp/smpp.ts';
import type { Smsc } from '../../../dev/simulator/smsc.ts';
import { conforms, type Peer, type Sms } from '../conformance.ts';
import { PASSWORD, startTestSmsc, until } from '../../fixtures/smpp-session.ts';
import { MESSAGE_DEFAULTS } from '../../../carriers/smpp/codec/pdu.ts';

type SmscPeer = Peer & { smsc(): Smsc };

async function startPeer(): Promise<SmscPeer> {
  const taken: Sms[] = [];
  const onMessage = ({ from, to, text }: Sms) => void taken.push({ from, to, text });
  let smsc = await startTestSmsc({ onMessage });
  const { port } = smsc;
  return {
    settings: {
      host: '127.0.0.1',
      port,
      systemId: 'aller',
      password: PASSWORD,
      reconnectMinMs: 5,
      reconnectMaxMs: 50,
      throttleMinMs: 20,
    },
    smsc: () => smsc,
    taken: () => taken,
    refusals: () => smsc.counts.refusedBinds,
    async meet(fault, submit) {
      const { submits } = smsc.counts;
      const written = () => until(() => smsc.counts.submits === submits + 1);
      if (fault === 'throttle') smsc.throttle(1);
      else if (fault === 'reject') smsc.rejectNext(0x45);
      else smsc.withholdResponses(true);
      const results = submit();
      if (fault === 'hang-up' || fault === 'garbage') await written();
      if (fault === 'hang-up') smsc.cut();
      if (fault === 'garbage') smsc.garbage();
      const answers = await results;
      smsc.withholdResponses(false);
      return answers;
    },
    async away(session) {
      await smsc.stop();
      await until(() => session.health().state !== 'bound');
      return {
        async back() {
          smsc = await startTestSmsc({ port, onMessage });
        },
      };
    },
    [Symbol.asyncDispose]: () => smsc.stop(),
  };
}

conforms({
  carrier: smpp,
  secrets: [PASSWORD],
  wrongLogin: { password: 'wrong-55' },
  impatient: { responseTimeoutMs: 800 },
  number: '36111',
  port: null,
  start: startPeer,
  receive: null,
  pushes: (peer) => ({
    receipt: (_, { reference, message }) =>
      peer.smsc().bring({
        ...MESSAGE_DEFAULTS,
        source: { ton: 1, npi: 1, address: message.to.slice(1) },
        destination: { ton: 3, npi: 0, address: message.from },
        esmClass: 0x04,
        shortMessage: Buffer.from(`id:${reference} stat:DELIVRD err:000`),
      }),
    async answerLate(submit, meanwhile) {
      const smsc = peer.smsc();
      smsc.withholdResponses(true);
      const done = submit();
      await until(() => smsc.submitted.length === 1);
      await meanwhile(smsc.submitted[0]?.messageId ?? '');
      smsc.withholdResponses(false);
      await done;
    },
    reply: (_, sms) => peer.smsc().deliver(sms),
    // Cut while it is being stored: the SMSC brings it again on the next bind.
    async replyTwice(_, sms) {
      const smsc = peer.smsc();
      const delivered = smsc.deliver(sms);
      await setImmediate();
      await setImmediate();
      smsc.cut();
      await delivered;
    },
    replyInParts: (_, sms) => peer.smsc().deliver({ ...sms, reversed: true }),
  }),
});
