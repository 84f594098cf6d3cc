import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Tracing } from './domain/tracing.ts';
import manifest from './package.json' with { type: 'json' };

const TRACEPARENT = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;
/** An unreachable collector does not delay the stop. */
const TIMEOUT_MS = 3000;

type Settings = { endpoint: string } & Pick<Config, `OTEL_${'EXPORTER_OTLP_HEADERS' | 'SERVICE_NAME' | 'TRACES_SAMPLER_ARG'}`>;

/** The only file that loads OpenTelemetry, imported only where a collector is set. Changes nothing global. */
export function openTracing({ endpoint, ...settings }: Settings, log: Logger): Tracing & AsyncDisposable {
  const otlp = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    timeoutMillis: TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings.OTEL_SERVICE_NAME,
      'service.version': manifest.version,
      'service.instance.id': `${hostname()} ${process.pid}`,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: {
          export: (spans, done) =>
            otlp.export(spans, (result) => {
              if (result.error)
                log.warn({ err: result.error, spans: spans.length }, 'the collector took no traces; they are lost');
              done(result);
            }),
          shutdown: () => otlp.shutdown(),
        },
        scheduledDelayMillis: 1000,
        exportTimeoutMillis: TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer(manifest.name, manifest.version);
  const underWay = new AsyncLocalStorage<SpanContext>();

  return {
    span(name, attributes, work, from) {
      const parent = from === undefined ? underWay.getStore() : read(from);
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const span = tracer.startSpan(name, { attributes }, context);
      return underWay
        .run(span.spanContext(), () => work((more) => void span.setAttributes(more)))
        .catch((error: unknown) => {
          // Not the message: it may quote a number or a text.
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        })
        .finally(() => span.end());
    },
    headers() {
      const now = underWay.getStore();
      if (now === undefined) return {};
      return { traceparent: `00-${now.traceId}-${now.spanId}-${now.traceFlags.toString(16).padStart(2, '0')}` };
    },
    async [Symbol.asyncDispose]() {
      await provider.shutdown().catch(() => {}); // Logged by the export.
    },
  };
}

function read(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? '', 16) & TraceFlags.SAMPLED, isRemote: true };
}
