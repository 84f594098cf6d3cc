import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

const EVERY_MS = 3000;

/**
 * Every activity beats while it works, with what it last said of its progress. With a heartbeat timeout of 10 s a killed worker,
 * or a task lost on its way, is noticed then and not at the end of the whole timeout.
 */
export const heartbeats = (context: Context): ActivityInterceptors => ({
  inbound: {
    async execute(input, next) {
      // A local activity is part of a workflow task, which the SDK keeps alive.
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
