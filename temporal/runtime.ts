import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

let log: Logger | undefined;

/**
 * Sends Temporal's warnings and errors to our log, and serves its metrics at an address (`host:port`). One runtime per process:
 * the latest log and the first address count.
 */
export function installRuntime(to: Logger, metricsAddress?: string): void {
  const first = log === undefined;
  log = to;
  if (!first) return;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // Most workers have activities only.
      if (message.startsWith('No workflows registered')) return;
      const fields = { temporal: { ...meta } };
      if (level === 'ERROR') log?.error(fields, message);
      else log?.warn(fields, message);
    }),
    // A server outage is logged by affected callers, not by every poll.
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
