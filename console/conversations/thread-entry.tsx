import type { InferResponseType } from 'hono/client';
import { Megaphone } from 'lucide-react';
import type { v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { Word } from '../i18n/fr/index.ts';
import { Why } from '../replies/attribution-panel.tsx';
import { Hit } from '../ui/highlight.tsx';
import { HOUR_MS } from '../../domain/durations.ts';

export type Shown = InferResponseType<(typeof v1.conversations)[':id']['messages']['$get'], 200>['items'][number];
type State = NonNullable<Shown['state']>;

/** Tick and label by state. */
const words: Record<State, { tick: string; word: Word }> = {
  queued: { tick: '…', word: 'stateWaiting' },
  submitting: { tick: '…', word: 'stateWaiting' },
  accepted: { tick: '✓', word: 'stateSent' },
  delivered: { tick: '✓✓', word: 'stateDelivered' },
  undelivered: { tick: '✕', word: 'stateFailed' },
  expired: { tick: '✕', word: 'stateFailed' },
  failed: { tick: '✕', word: 'stateFailed' },
  skipped: { tick: '–', word: 'stateSkipped' },
  in_doubt: { tick: '?', word: 'stateUnknown' },
  unknown: { tick: '?', word: 'stateUnknown' },
  simulated: { tick: '✓', word: 'stateSimulated' },
};
const WAITING: ReadonlySet<State> = new Set(['queued', 'submitting', 'accepted', 'in_doubt']);
/** The recipient has surely not read it. */
const NOT_ARRIVED: ReadonlySet<State | null> = new Set<State>(['undelivered', 'expired', 'failed', 'skipped']);

/** Whether a receipt may still come. */
export const waits = ({ state, at }: Shown): boolean =>
  state !== null && WAITING.has(state) && Date.now() - Date.parse(at) < HOUR_MS;

export function Entry({ entry, search }: { entry: Shown; search: string }) {
  const { say, time, hour } = useLocale();
  const state = entry.state === null ? null : words[entry.state];
  const word = entry.reason === 'spend-limit' && entry.state === 'skipped' ? 'stateBeyondLimit' : state?.word;
  const meta = (
    <span className="meta">
      <time dateTime={entry.at} title={time(entry.at)}>
        {hour(entry.at)}
      </time>
      {entry.optOut ? <strong className="badge bad">{say('stop')}</strong> : null}
      {state && word ? (
        <span className={NOT_ARRIVED.has(entry.state) ? 'tick bad' : 'tick'}>
          <span aria-hidden="true">{state.tick}</span> {say(word)}
        </span>
      ) : null}
    </span>
  );
  // A campaign's SMS is folded.
  if (entry.direction === 'outbound' && entry.campaignName !== null) {
    return (
      <li className="blast">
        <details>
          <summary>
            <Megaphone aria-hidden="true" />
            <strong>{entry.campaignName}</strong>
            <span className="excerpt" dir="auto">
              {entry.text}
            </span>
            {meta}
          </summary>
          <p dir="auto">{entry.text}</p>
        </details>
      </li>
    );
  }
  return (
    <li className={entry.direction}>
      <p className="bubble" dir="auto">
        <Hit text={entry.text} search={search} />
      </p>
      {meta}
      {entry.partial ? <p className="meta">{say('partial')}</p> : null}
      {entry.direction === 'inbound' ? <Why replyId={entry.id} campaign={entry.campaignName} /> : null}
    </li>
  );
}
