import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

const EVERY_MS = 3000;

/**
 * Heartbeats for every activity, with its last progress. With a 10 s timeout a killed worker or lost task is noticed soon, not
 * after the activity's full timeout.
 */
export const heartbeats = (context: Context): ActivityInterceptors => ({
  inbound: {
    async execute(input, next) {
      // Local activities are kept alive by the SDK.
      if (context.info.isLocal) return next(input);
      const beat = context.heartbeat;
      let progress: unknown = context.info.heartbeatDetails;
      Object.assign(context, {
        heartbeat(details?: unknown) {
          progress = details;
          beat(details);
        },
      });
      const timer = setInterval(() => beat(progress), EVERY_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});
