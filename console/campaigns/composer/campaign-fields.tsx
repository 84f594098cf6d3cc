import { useEffect, useRef } from 'react';
import { localTime, type Account, type Composed } from './draft-model.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Meter } from '../../ui/segment-meter.tsx';
import { Action, Check, Field, insertAtCaret } from '../../ui/components.tsx';
import { HOUR_MS } from '../../../domain/durations.ts';
import { Optimised } from './preview-panel.tsx';
import { RouteChoice } from './route-choice.tsx';
import type { Place } from './troubles.ts';
import type { Preview } from './use-preview.ts';

export type StepProps = {
  composed: Composed;
  change: (part: Partial<Composed>) => void;
  account: Account;
  preview: Preview | undefined;
  wrong: (place: Place) => string | undefined;
};

/** The text as the first recipient gets it. */
export const seenOf = (composed: Composed, preview: Preview | undefined): string => preview?.samples[0]?.text ?? composed.text;

/** Name and text. `columns`: merge tags on offer. */
export function MessageStep({ composed, change, preview, wrong, columns }: StepProps & { columns: string[] }) {
  const { say } = useLocale();
  const area = useRef<HTMLTextAreaElement>(null);
  const tags = columns.filter((name) => name !== 'to' && /^[\p{L}\p{N}_]+$/u.test(name));
  useEffect(() => {
    // The caret starts at the end.
    const end = area.current?.value.length ?? 0;
    area.current?.setSelectionRange(end, end);
  }, []);
  return (
    <>
      <Field label={say('name')} required value={composed.name} onChange={(name) => change({ name })} error={wrong('name')} />
      <Field
        label={say('message')}
        hint={say('messageHint')}
        required
        rows={5}
        area={area}
        value={composed.text}
        onChange={(text) => change({ text })}
        error={wrong('text')}
      />
      {tags.length === 0 ? null : (
        <div className="row start">
          {tags.slice(0, 8).map((name) => (
            <Action key={name} onPress={() => insertAtCaret(area.current, `{{${name}}}`)}>
              {`{{${name}}}`}
            </Action>
          ))}
        </div>
      )}
      <Meter text={seenOf(composed, preview)} />
      {preview?.optimised ? <Optimised text={composed.text} optimised={preview.optimised} /> : null}
      {preview?.optimised || composed.optimise ? (
        <Check label={say('optimise')} value={composed.optimise} onChange={(optimise) => change({ optimise })} />
      ) : null}
    </>
  );
}

/** Route, time (in the account's zone), and rare options. */
export function OptionsStep(props: StepProps & { numbers: string[] }) {
  const { say } = useLocale();
  const { composed, change, account, preview, wrong } = props;
  const asks = composed.allowUnreachable || preview?.refusals.some(({ code }) => code === 'no-reply-code');
  return (
    <>
      <RouteChoice {...props} />
      {account.platform === 'v2' && asks ? (
        <Check
          label={say('sendUnreachable')}
          value={composed.allowUnreachable}
          onChange={(allowUnreachable) => change({ allowUnreachable })}
        />
      ) : null}
      <Check
        label={say('sendLater')}
        value={composed.later}
        onChange={(later) => change({ later, sendAt: localTime(new Date(Date.now() + HOUR_MS), account.timeZone) })}
      />
      {composed.later ? (
        <Field
          label={say('sendAt')}
          hint={say('sendAtHint', { zone: account.timeZone })}
          type="datetime-local"
          required
          value={composed.sendAt}
          onChange={(sendAt) => change({ sendAt })}
          error={wrong('sendAt')}
        />
      ) : null}
      <Check
        label={say('marketing')}
        hint={say('marketingHint')}
        value={composed.marketing}
        onChange={(marketing) => change({ marketing })}
      />
      <Check label={say('simulation')} value={composed.simulation} onChange={(simulation) => change({ simulation })} />
      <Field
        label={say('campaignKeyword')}
        hint={say('campaignKeywordHint')}
        value={composed.keyword}
        onChange={(keyword) => change({ keyword })}
        error={wrong('keyword')}
      />
    </>
  );
}
