import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

let log: Logger | undefined;

/** Sends what Temporal's own code has to say to our log, from warnings up. The runtime is one per process: the last log given counts. */
export function installRuntime(to: Logger): void {
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
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
