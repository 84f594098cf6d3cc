import { dinstar } from '../../carriers/dinstar/dinstar.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { startDinstar } from '../../dev/simulator/dinstar.ts';
import { conforms, type Sms } from './conformance.ts';
import { HTTP_FAULTS, serverPeer } from './server-peer.ts';

const LOGIN = { username: 'admin', password: 'pa:55 "word"' };
const NUMBER = '+33644000003';
const FAULTS = { ...HTTP_FAULTS, throttle: 486 } as const;

function startPeer() {
  const taken: Sms[] = [];
  const sims = [{ port: 3, number: NUMBER }];
  return serverPeer(
    async (port) => startDinstar({ ...LOGIN, port: port ?? (await freePort()), sims, onMessage: (sms) => void taken.push(sms) }),
    {
      settings: ({ url }) => ({ url, ...LOGIN, retryMinMs: 20, retryMaxMs: 40 }),
      taken: () => taken,
      refusals: (gateway) => gateway.calls().filter(({ login, authorized }) => login && !authorized).length,
      fail: (gateway, fault) => gateway.fail(FAULTS[fault], 1),
    },
  );
}

conforms({
  carrier: dinstar,
  secrets: [LOGIN.password],
  wrongLogin: { password: 'wrong-55' },
  impatient: { timeoutMs: 800 },
  number: NUMBER,
  port: 3,
  start: startPeer,
  pushes: null,
  receive: (peer, sms) => peer.server().receive(sms),
});
