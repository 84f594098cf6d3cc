import { useEffect, useState } from 'react';
import type { Campaign } from './composer/draft-model.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Badge, type Tone } from '../ui/components.tsx';

/** Longest timeout of a browser. */
const LONGEST_MS = 2_147_483_647;

const TONES: Record<Campaign['state'], Tone> = {
  draft: 'plain',
  importing: 'busy',
  ready: 'wait',
  launched: 'busy',
  paused: 'wait',
  completed: 'good',
  cancelled: 'plain',
};

/** The time while it is in the future, then null. */
export function useComing(at: string | null): string | null {
  const [, look] = useState(0);
  const leftMs = at === null ? 0 : Date.parse(at) - Date.now();
  useEffect(() => {
    if (leftMs <= 0) return;
    const timer = window.setTimeout(() => look((before) => before + 1), Math.min(leftMs, LONGEST_MS));
    return () => window.clearTimeout(timer);
  });
  return leftMs > 0 ? at : null;
}

/** A campaign's state, or its scheduled time. */
export function Standing({ campaign: { state, sendAt } }: { campaign: Pick<Campaign, 'state' | 'sendAt'> }) {
  const { say, moment } = useLocale();
  const at = useComing(state === 'launched' ? sendAt : null);
  return at === null ? (
    <Badge tone={TONES[state]}>{say(state)}</Badge>
  ) : (
    <Badge tone="plan">{say('scheduledFor', { at: moment(at) })}</Badge>
  );
}
