import { useEffect, useState } from 'react';
import { ProgressBar } from 'react-aria-components';
import type { Campaign } from './composer/draft-model.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import { MINUTE_MS } from '../../domain/durations.ts';

const GOOD = ['accepted', 'delivered', 'simulated'];
const STILL = ['queued', 'submitting'];
/** Span of the rate. */
const SPAN_MS = 30_000;

type Look = { at: number; left: number };
const sum = (progress: Campaign['progress'], states: string[]): number =>
  states.reduce((total, state) => total + (progress[state] ?? 0), 0);

/** Messages a minute lately; null when unknown. */
function useRate(left: number): number | null {
  const [looks, setLooks] = useState<Look[]>([]);
  useEffect(() => {
    const at = Date.now();
    setLooks((before) => [...before.filter((look) => at - look.at < SPAN_MS), { at, left }]);
  }, [left]);
  const [first] = looks;
  const last = looks.at(-1);
  if (!first || !last || last.at === first.at || first.left <= last.left) return null;
  return ((first.left - last.left) / (last.at - first.at)) * MINUTE_MS;
}

export function CampaignProgress({ campaign }: { campaign: Campaign }) {
  const { say, sayOr, number, time, locale } = useLocale();
  const { progress, total, wait, state, endedAt } = campaign;
  // Sent messages are in the results.
  const shown = Object.entries(progress).filter(([name]) => endedAt === null || !GOOD.includes(name));
  const done = sum(progress, GOOD);
  const left = sum(progress, STILL);
  const rate = useRate(left);
  const minutes = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  return (
    <>
      <ProgressBar aria-label={say('progress')} value={total - left} maxValue={Math.max(1, total)} className="progress">
        {({ percentage }) => (
          <>
            <span>{say('deliveredOf', { done: number(done), total: number(total) })}</span>
            {endedAt === null ? <progress aria-hidden="true" max={100} value={percentage ?? 0} /> : null}
          </>
        )}
      </ProgressBar>
      {state === 'launched' && left > 0 && rate !== null ? (
        <p role="status">
          {say('rate', { n: number(Math.round(rate)), left: minutes.format(Math.max(1, Math.ceil(left / rate))) })}
        </p>
      ) : null}
      {wait && wait.reason !== 'scheduled' && wait.reason !== 'paused' ? (
        <p className="notice">
          {wait.detail} {wait.until ? time(wait.until) : ''}
        </p>
      ) : null}
      <p className="marks">
        {shown.map(([name, count]) => (
          <Badge key={name} tone={GOOD.includes(name) ? 'good' : STILL.includes(name) ? 'plain' : 'bad'}>
            {sayOr(`message.${name}`, name)} {number(count)}
          </Badge>
        ))}
      </p>
    </>
  );
}
