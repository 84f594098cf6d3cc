import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem, Skeleton } from '../../ui/components.tsx';
import { Sums, Verdict } from './preview-panel.tsx';
import type { Preview } from './use-preview.ts';

/** So long everything that was sent can be undone: the server holds it, whatever becomes of this page. */
export const HOLD_SECONDS = 10;
/** While somebody reads it may become night. */
const LOOK_MS = 60_000;

/** When it is to go: `sendAt` in the place of what was asked for, if the hour is to be waited for. */
export type Departure = { holdSeconds: number; sendAt?: string };

type Props = {
  /** What is sent, as a key of its own, and how it is looked at once more. */
  of: unknown;
  look: () => Promise<Preview>;
  name: string;
  /** When it was asked to go; null for at once. */
  sendAt: string | null;
  /** On the button that sends, for so many recipients. */
  labelOf: (recipients: number) => string;
  act: { mutate: (departure: Departure) => void; isPending: boolean; error: unknown };
  /** The last words are not looked at yet: nothing goes before they are. */
  behind?: boolean;
};

/** Says once more what goes to whom, when and for how much, and sends it. */
export function Review({ of, look, name, sendAt, labelOf, act, behind = false }: Props) {
  const { say } = useLocale();
  const [chosen, choose] = useState<Hour | null>(null);
  const preview = useQuery({ queryKey: ['review', of], queryFn: look, gcTime: 0, staleTime: 0, refetchInterval: LOOK_MS });
  const { data } = preview;
  // An account that holds them has them wait each for their own hour.
  const clearAt = data?.quietHours.policy === 'warn' ? data.quietHours.clearAt : null;
  const hour = clearAt === null ? 'asked' : (chosen ?? (sendAt === null ? 'clear' : 'asked'));
  const departure = { holdSeconds: HOLD_SECONDS, ...(hour === 'clear' && clearAt !== null ? { sendAt: clearAt } : {}) };
  return (
    <section aria-label={say('review')}>
      <Problem error={preview.error} retry={() => void preview.refetch()} />
      {data ? (
        <>
          <Verdict preview={data} troubles={data.refusals} warnings />
          <Sums preview={data} name={name} {...(clearAt === null ? { sendAt } : {})} />
        </>
      ) : preview.error ? null : (
        <Skeleton />
      )}
      {clearAt === null ? null : <Hours sendAt={sendAt} clearAt={clearAt} hour={hour} choose={choose} />}
      <Problem error={act.error} />
      <Action kind="main" isDisabled={!data?.accepted || behind || act.isPending} onPress={() => act.mutate(departure)}>
        {act.isPending ? say('sending') : labelOf(data?.recipients.kept ?? 0)}
      </Action>
    </section>
  );
}

type Hour = 'clear' | 'asked';
type HoursProps = { sendAt: string | null; clearAt: string; hour: Hour; choose: (hour: Hour) => void };

/** By night the morning is proposed, and what was asked for stays possible. */
function Hours({ sendAt, clearAt, hour, choose }: HoursProps) {
  const { say, time } = useLocale();
  return (
    <RadioGroup className="choices" value={hour} onChange={(value) => choose(value === 'clear' ? 'clear' : 'asked')}>
      <Label>{say('sendTime')}</Label>
      <Radio value="clear">
        <span className="dot" aria-hidden="true" /> {say('waitUntil', { at: time(clearAt) })}
      </Radio>
      <Radio value="asked">
        <span className="dot" aria-hidden="true" /> {sendAt === null ? say('sendNow') : say('keepTime', { at: time(sendAt) })}
      </Radio>
    </RadioGroup>
  );
}
