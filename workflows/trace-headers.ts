import type { Headers, WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Bundled only with tracing: passes a run's start header to its activities. Adds no command. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let carried: Headers = {};
  const forward = <I extends { headers: Headers }, R>(input: I, next: (input: I) => R): R =>
    next({ ...input, headers: { ...input.headers, ...carried } });
  return {
    inbound: [
      {
        execute(input, next) {
          const { traceparent } = input.headers;
          if (traceparent) carried = { traceparent };
          return next(input);
        },
      },
    ],
    outbound: [{ scheduleActivity: forward, scheduleLocalActivity: forward, continueAsNew: forward }],
  };
};
