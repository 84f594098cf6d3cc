import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem, Skeleton } from '../../ui/components.tsx';
import { Radios } from '../../ui/segments.tsx';
import { Sums, Verdict } from './preview-panel.tsx';
import { seenOf } from './campaign-fields.tsx';
import { TestSend } from './test-send.tsx';
import type { Preview } from './use-preview.ts';
import type { Sending } from './use-sending.ts';
import type { Writing } from './use-writing.ts';

/** The server holds a sent campaign this long, so that it can be undone. */
export const HOLD_SECONDS = 10;
/** Quiet hours may begin while somebody reads. */
const LOOK_MS = 60_000;

/** `sendAt` replaces the requested time, to wait for the end of quiet hours. */
export type Departure = { holdSeconds: number; sendAt?: string };

type Props = {
  /** Cache key of the composition. */
  of: unknown;
  look: () => Promise<Preview>;
  name: string;
  sendAt: string | null;
  /** Label of the send button. */
  labelOf: (recipients: number) => string;
  act: { mutate: (departure: Departure) => void; isPending: boolean; error: unknown };
  /** The last change is not previewed yet: sending is disabled. */
  behind?: boolean;
};

/** The last summary, and the button that sends. */
export function Review({ of, look, name, sendAt, labelOf, act, behind = false }: Props) {
  const { say } = useLocale();
  const preview = useQuery({ queryKey: ['review', of], queryFn: look, gcTime: 0, staleTime: 0, refetchInterval: LOOK_MS });
  const { data } = preview;
  const { departure, ...hours } = useDeparture(data, sendAt);
  const { clearAt } = hours;
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
      {clearAt === null ? null : <Hours {...hours} sendAt={sendAt} clearAt={clearAt} />}
      <Problem error={act.error} />
      <Action kind="main" isDisabled={!data?.accepted || behind || act.isPending} onPress={() => act.mutate(departure)}>
        {act.isPending ? say('sending') : labelOf(data?.recipients.kept ?? 0)}
      </Action>
    </section>
  );
}

/** The requested time, or the end of quiet hours. */
function useDeparture(preview: Preview | undefined, sendAt: string | null) {
  const [chosen, choose] = useState<Hour | null>(null);
  // With the `hold` policy each message waits for its own hour.
  const clearAt = preview?.quietHours.policy === 'warn' ? preview.quietHours.clearAt : null;
  const hour = clearAt === null ? 'asked' : (chosen ?? (sendAt === null ? 'clear' : 'asked'));
  const departure = { holdSeconds: HOLD_SECONDS, ...(hour === 'clear' && clearAt !== null ? { sendAt: clearAt } : {}) };
  return { clearAt, hour, choose, departure };
}

type Hour = 'clear' | 'asked';
type HoursProps = { sendAt: string | null; clearAt: string; hour: Hour; choose: (hour: Hour) => void };

/** In quiet hours proposes the morning; the requested time stays possible. */
function Hours({ sendAt, clearAt, hour, choose }: HoursProps) {
  const { say, time } = useLocale();
  return (
    <Radios
      label={say('sendTime')}
      value={hour}
      onChange={choose}
      options={[
        { value: 'clear', label: say('waitUntil', { at: time(clearAt) }) },
        { value: 'asked', label: sendAt === null ? say('sendNow') : say('keepTime', { at: time(sendAt) }) },
      ]}
    />
  );
}

type StepProps = { writing: Writing; sending: Sending };

/** Missing fields, then the review. A long or faulty list is checked first. */
export function ReviewStep({ writing, sending }: StepProps) {
  const { say, number } = useLocale();
  const { missing, short, complete, preview, body, recipients, behind, form } = writing;
  return (
    <>
      {missing.length === 0 ? null : (
        <div role="alert">
          <ul className="problem">
            {missing.map((word) => (
              <li key={word}>{say(word)}</li>
            ))}
          </ul>
        </div>
      )}
      {short && complete ? (
        <Review
          of={preview}
          look={() => ask(v1.campaigns.preview.$post({ json: { ...body, recipients } }))}
          name={body.name}
          sendAt={body.sendAt ?? null}
          labelOf={(n) => (n === 1 ? say('sendCampaignOne') : say('sendCampaign', { n: number(n) }))}
          act={sending.send}
          behind={behind}
        />
      ) : (
        <CheckList writing={writing} sending={sending} />
      )}
      <TestSend body={body} text={seenOf(form.composed, preview)} behind={behind} />
    </>
  );
}

function CheckList({ writing: { preview, troubles, complete }, sending: { send, uploaded } }: StepProps) {
  const { say, number } = useLocale();
  return (
    <>
      <Verdict preview={preview} troubles={troubles} warnings />
      {preview ? <Sums preview={preview} /> : null}
      <Problem error={send.error} />
      {send.isPending && uploaded > 0 ? <p role="status">{say('uploaded', { n: number(Math.round(uploaded * 100)) })}</p> : null}
      <p className="hint">{say('checkListHint')}</p>
      <Action kind="main" isDisabled={send.isPending || !complete} onPress={() => send.mutate(null)}>
        {say(send.isPending ? 'sending' : 'checkList')}
      </Action>
    </>
  );
}
