import { useEffect, useState } from 'react';
import type { Campaign } from './composer/draft-model.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from '../ui/components.tsx';

/** A longer delay is a schedule, not an undo. */
const LONGEST_HOLD_MS = 60_000;
const TICK_MS = 250;

/** Milliseconds that a sent campaign is still held, by the server's clock; null when it is not. */
export function heldMs({ startsInMs, sendAt, launchedAt }: Campaign): number | null {
  if (startsInMs === null || sendAt === null || launchedAt === null) return null;
  return Date.parse(sendAt) - Date.parse(launchedAt) <= LONGEST_HOLD_MS ? startsInMs : null;
}

type Props = { leftMs: number; act: { isPending: boolean; mutate: (verb: 'cancel') => void } };

/** Countdown with an undo button. */
export function Undo({ leftMs, act }: Props) {
  const { say, number } = useLocale();
  const [left, setLeft] = useState(leftMs);
  useEffect(() => {
    const end = performance.now() + leftMs;
    const look = (): void => setLeft(Math.max(0, end - performance.now()));
    look();
    const timer = window.setInterval(look, TICK_MS);
    return () => window.clearInterval(timer);
  }, [leftMs]);
  return (
    <div className="notice row start">
      <p role="status">{say('nothingSentYet')}</p>
      {/* Hidden: a screen reader would repeat it each second. */}
      <p aria-hidden="true">{say('goesIn', { n: number(Math.ceil(left / 1000)) })}</p>
      <Action isDisabled={act.isPending} onPress={() => act.mutate('cancel')}>
        {say('undo')}
      </Action>
    </div>
  );
}
