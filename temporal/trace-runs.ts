import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Tracing } from '../domain/tracing.ts';

export type TracedRuns = { client: WorkflowClientInterceptor; activity: ActivityInterceptorsFactory };

/**
 * Continues a run in the trace that started it: the start carries the header, workflows/trace-headers.ts passes it to activities,
 * and each activity becomes a span. Signalled runs belong to no trace: they serve many.
 */
export const traceRuns = (tracing: Tracing): TracedRuns => ({
  client: {
    start(input, next) {
      const { traceparent } = tracing.headers();
      if (traceparent === undefined) return next(input);
      return next({ ...input, headers: { ...input.headers, traceparent: defaultPayloadConverter.toPayload(traceparent) } });
    },
  },
  activity: ({ info }) => ({
    inbound: {
      execute(input, next) {
        const header = input.headers['traceparent'];
        const from: unknown = header && defaultPayloadConverter.fromPayload(header);
        if (typeof from !== 'string') return next(input);
        const attributes = {
          'temporal.workflow.type': info.workflowType ?? '',
          'temporal.workflow.id': info.workflowExecution?.workflowId ?? '',
          'temporal.attempt': info.attempt,
        };
        return tracing.span(info.activityType, attributes, () => next(input), from);
      },
    },
  }),
});
