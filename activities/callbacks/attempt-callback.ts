import type { ProductMetrics } from '../product-metrics.ts';
import { callbackHeaders, type AttemptResult, type Poster } from '../../webhook-client/request.ts';
import { isUnknownHost } from '../../webhook-client/outcome.ts';
import { createSecretReader, liveSecrets } from '../../webhook-client/signing-secrets.ts';
import type { Secrets } from '../../database/secrets.ts';
import { afterAttempt } from '../../domain/callbacks/delivery-state.ts';
import { isConfigurationError, type Result } from '../../domain/callbacks/endpoint-health.ts';
import type { Schedule } from '../../domain/callbacks/retry-schedule.ts';
import type { SpanAttributes, Tracing } from '../../domain/tracing.ts';
import type { ClaimedCallback } from './claim-callbacks.ts';
import type { ConversationKey } from './conversation-order.ts';
import type { UplinkMonitor, Sight } from './uplink-monitor.ts';
import type { Ended } from './record-attempts.ts';
import type { ResultRecorder } from './record-results.ts';

type Deps = {
  secrets: Secrets;
  poster: Poster;
  uplink: UplinkMonitor;
  metrics: Pick<ProductMetrics, 'attempt' | 'firstAttempt'>;
  recorder: ResultRecorder;
  tracing: Tracing;
  /** For endpoints without their own. */
  schedule: Schedule;
};
export type AttemptCallback = (delivery: ClaimedCallback) => Promise<Ended['state']>;

/** A slower attempt may outlive the run that started it: the retry run is woken and watches the lease. */
const SLOW_MS = 1000;

/** Makes one attempt at a claimed delivery and records it. At most once: the claim is spent either way. */
export function createAttemptCallback({ secrets, poster, uplink, metrics, recorder, tracing, schedule }: Deps) {
  const secretsOf = createSecretReader(secrets.open);
  const underWay = new Set<Promise<unknown>>();

  /** Posts to the address, then to the fallback if the first gave no answer: both are one attempt. */
  async function post(delivery: ClaimedCallback) {
    const { url, fallbackUrl, body, timeoutMs, httpRequestId } = delivery;
    const now = delivery.now();
    const headers = callbackHeaders({
      trace: { ...tracing.headers(), ...(httpRequestId === null ? {} : { 'x-request-id': httpRequestId }) },
      secrets: liveSecrets(secretsOf(delivery.endpointId, delivery.secrets), now),
      id: delivery.eventId,
      deliveryId: delivery.id,
      attempt: delivery.attempt,
      trigger: delivery.trigger,
      format: delivery.format,
      outOfOrder: delivery.outOfOrder,
      body,
      now,
    });
    const first = await poster.post({ headers, body, timeoutMs, url });
    if (fallbackUrl === null || first.ok || first.status !== null) return { url, result: first, firstClass: null };
    return {
      url: fallbackUrl,
      result: await poster.post({ headers, body, timeoutMs, url: fallbackUrl }),
      firstClass: first.class,
    };
  }

  async function make(delivery: ClaimedCallback, set: (more: SpanAttributes) => void): Promise<Ended['state']> {
    if (delivery.waitedMs !== null) metrics.firstAttempt(delivery.waitedMs);
    const startedAt = performance.now();
    const { url, result, firstClass } = await post(delivery);
    set({ class: result.class, ...(result.status === null ? {} : { 'http.response.status_code': result.status }) });
    metrics.attempt(result.class, result.timings.totalMs ?? 0);
    const sight: Sight = {
      deliveryId: delivery.id,
      endpointId: delivery.endpointId,
      attempt: delivery.attempt,
      url,
      ok: result.ok,
      class: result.class,
      connected: result.remoteAddress !== null,
      startedAt,
    };
    const ours = uplink.observe(sight) === 'ours';
    const ended = { ...endOf(delivery, result, ours, delivery.schedule ?? schedule), firstClass };
    const tried = {
      endpointId: delivery.endpointId,
      ...resultOf(delivery, result),
      class: result.class,
      status: result.status,
      mistaken: isMistaken(result),
    };
    const recorded = recorder.record({ ended, tried: ours ? null : tried, freed: conversationKey(delivery, ended) });
    if (!ours && !result.ok && !delivery.probe) uplink.counted(sight, recorded);
    await recorded;
    return ended.state;
  }

  const attempt: AttemptCallback = (delivery) => {
    const slow = setTimeout(recorder.wakeRetries, SLOW_MS);
    const going: Promise<Ended['state']> = tracing
      .span('callback', spanOf(delivery), (set) => make(delivery, set))
      .finally(() => {
        clearTimeout(slow);
        underWay.delete(going);
      });
    underWay.add(going);
    return going;
  };
  return {
    attempt,
    /** Resolves when no attempt is under way. */
    over: (): Promise<unknown> => Promise.allSettled(underWay),
  };
}

const spanOf = ({ id, endpointId, attempt, trigger }: ClaimedCallback): SpanAttributes => ({
  'delivery.id': id,
  'endpoint.id': endpointId,
  attempt,
  trigger,
});

const outcomeOf = ({ ok, class: kind }: AttemptResult): Result['outcome'] =>
  ok ? 'ok' : kind === 'gone' ? 'gone' : kind === 'timeout' ? 'timeout' : 'failed';

/** A name server that does not answer is not the owner's mistake. */
const isMistaken = ({ ok, class: kind, status, error }: AttemptResult): boolean =>
  !ok && isConfigurationError(kind, status) && (kind !== 'dns' || isUnknownHost(kind, error));

const resultOf = (delivery: ClaimedCallback, result: AttemptResult): Result => ({
  deliveryId: delivery.id,
  outcome: outcomeOf(result),
  probe: delivery.probe,
  attempt: delivery.attempt,
});

/** The conversation whose next reply may go now. */
const conversationKey = ({ endpointId, conversationId }: ClaimedCallback, { state }: Ended): ConversationKey | null =>
  conversationId !== null && (state === 'delivered' || state === 'exhausted') ? { endpointId, conversationId } : null;

/** How long a delivery waits after our own uplink failed it. */
const OURS_WAITS_MS = 1000;

function endOf(delivery: ClaimedCallback, result: AttemptResult, ours: boolean, schedule: Schedule): Ended {
  const outcome = outcomeOf(result);
  const next = ours
    ? { state: 'held' as const, heldReason: 'network' as const, delayMs: OURS_WAITS_MS, spent: false }
    : afterAttempt({
        attempt: delivery.attempt,
        outcome: outcome === 'timeout' ? 'failed' : outcome,
        probe: delivery.probe,
        retryAfterMs: result.retryAfterMs,
        random: Math.random,
        schedule,
      });
  return {
    id: delivery.id,
    claim: delivery.claim,
    startedAt: delivery.claimedAt,
    probe: delivery.probe,
    outOfOrder: delivery.outOfOrder,
    ...next,
    class: result.class,
    status: result.status,
    timings: result.timings,
    remoteAddress: result.remoteAddress,
    responseHeaders: result.responseHeaders,
    bodyExcerpt: result.bodyExcerpt,
    error: result.error,
  };
}
