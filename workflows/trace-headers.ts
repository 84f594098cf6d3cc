import type { Headers, WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** In the bundle only while traces are on: what a run was started with goes on to its activities. No command comes of it. */
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
