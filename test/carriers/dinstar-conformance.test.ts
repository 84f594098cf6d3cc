import { dinstar } from '../../carriers/dinstar/dinstar.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { startDinstar, type DinstarGateway } from '../../dev/simulator/dinstar.ts';
import { conforms, type Fault, type Peer, type Sms } from './conformance.ts';

const LOGIN = { username: 'admin', password: 'pa:55 "word"' };
const NUMBER = '+33644000003';
const FAULTS = { throttle: 486, reject: 400, 'hang-up': 'cut', garbage: 'garbage', slow: 'hang' } as const satisfies Record<
  Fault,
  unknown
>;

type GatewayPeer = Peer & { gateway(): DinstarGateway };

async function startPeer(): Promise<GatewayPeer> {
  const taken: Sms[] = [];
  const start = (port: number) =>
    startDinstar({ ...LOGIN, port, sims: [{ port: 3, number: NUMBER }], onMessage: (sms) => void taken.push(sms) });
  let gateway = await start(await freePort());
  return {
    settings: { url: gateway.url, ...LOGIN, retryMinMs: 20, retryMaxMs: 40 },
    gateway: () => gateway,
    taken: () => taken,
    refusals: () => gateway.calls().filter(({ login, authorized }) => login && !authorized).length,
    meet(fault, submit) {
      gateway.fail(FAULTS[fault], 1);
      return submit();
    },
    async away() {
      const port = Number(new URL(gateway.url).port);
      await gateway[Symbol.asyncDispose]();
      return {
        async back() {
          gateway = await start(port);
        },
      };
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
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
  receive: (peer, sms) => peer.gateway().receive(sms),
});
