import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

let log: Logger | undefined;

/**
 * Sends what Temporal's own code has to say to our log, from warnings up, and shows its metrics at an address (`host:port`). The
 * runtime is one per process: the last log given counts, and the first address.
 */
export function installRuntime(to: Logger, metricsAddress?: string): void {
  const first = log === undefined;
  log = to;
  if (!first) return;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // Most of our workers are for activities only.
      if (message.startsWith('No workflows registered')) return;
      const fields = { temporal: { ...meta } };
      if (level === 'ERROR') log?.error(fields, message);
      else log?.warn(fields, message);
    }),
    // An outage of the server is told once by those whom it stops, not by every poll.
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
      ...(metricsAddress === undefined
        ? {}
        : {
            metrics: {
              prometheus: {
                bindAddress: metricsAddress,
                unitSuffix: true,
                countersTotalSuffix: true,
                useSecondsForDurations: true,
              },
            },
          }),
    },
    shutdownSignals: [],
  });
}
