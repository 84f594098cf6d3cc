import type { Fault, Peer, Pushes, Sms } from './conformance.ts';

/** How a server that speaks HTTP is told to meet a submission. */
export const HTTP_FAULTS = {
  throttle: 429,
  reject: 400,
  'hang-up': 'cut',
  garbage: 'garbage',
  slow: 'hang',
} as const satisfies Record<Fault, unknown>;

type Played<S> = {
  settings(server: S): Record<string, unknown>;
  taken(server: S): Sms[];
  refusals(server: S): number;
  fail(server: S, fault: Fault): void;
};

/** A peer that is one server, which goes away and comes back at its port. */
export async function serverPeer<S extends AsyncDisposable & { url: string }>(
  start: (port?: number) => Promise<S>,
  { settings, taken, refusals, fail }: Played<S>,
): Promise<Peer & { server(): S }> {
  let server = await start();
  return {
    settings: settings(server),
    server: () => server,
    taken: () => taken(server),
    refusals: () => refusals(server),
    meet(fault, submit) {
      fail(server, fault);
      return submit();
    },
    async away() {
      const port = Number(new URL(server.url).port);
      await server[Symbol.asyncDispose]();
      return {
        async back() {
          server = await start(port);
        },
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The answer to a submission is withheld until `meanwhile` is over, for a server that tells under which id it took it. */
export const withheld =
  (server: { withhold(on: boolean): void }, taken: () => string | undefined): Pushes['answerLate'] =>
  async (submit, meanwhile) => {
    server.withhold(true);
    const done = submit();
    while (taken() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await meanwhile(taken() ?? '');
    server.withhold(false);
    await done;
  };
