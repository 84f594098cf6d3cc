import type { Account, Composed } from './draft-model.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Meter } from '../../ui/segment-meter.tsx';
import { Action, Check, Field } from '../../ui/components.tsx';
import { Optimised, Verdict } from './preview-panel.tsx';
import { RouteChoice } from './route-choice.tsx';
import type { Preview } from './use-preview.ts';

type Change = (part: Partial<Composed>) => void;
type WritingProps = {
  composed: Composed;
  change: Change;
  account: Account;
  numbers: string[];
  /** The columns that a message can name. */
  columns: string[];
  preview: Preview | undefined;
};

/** The text as its first reader will have it. */
export const seenOf = (composed: Composed, preview: Preview | undefined): string => preview?.samples[0]?.text ?? composed.text;

/** What a campaign is called, by which way it goes and what it says. */
export function Writing({ composed, change, account, numbers, columns, preview }: WritingProps) {
  const { say } = useLocale();
  const tags = columns.filter((name) => name !== 'to' && /^[\p{L}\p{N}_]+$/u.test(name));
  return (
    <>
      <Field label={say('name')} required value={composed.name} onChange={(name) => change({ name })} />
      <RouteChoice composed={composed} change={change} account={account} numbers={numbers} />
      <Field
        label={say('message')}
        hint={say('messageHint')}
        required
        rows={5}
        value={composed.text}
        onChange={(text) => change({ text })}
      />
      {tags.length === 0 ? null : (
        <div className="row start">
          {tags.slice(0, 8).map((name) => (
            <Action key={name} onPress={() => change({ text: `${composed.text}{{${name}}}` })}>
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

type JudgedProps = Pick<WritingProps, 'composed' | 'change' | 'account' | 'preview'>;

/** Whether it may go as it is written, and what can be chosen about it. */
export function Judged({ composed, change, account, preview }: JudgedProps) {
  const { say } = useLocale();
  if (!preview) return null;
  const asks = composed.allowUnreachable || preview.refusals.some(({ code }) => code === 'no-reply-code');
  return (
    <Verdict preview={preview}>
      {account.platform === 'v2' && asks ? (
        <Check
          label={say('sendUnreachable')}
          value={composed.allowUnreachable}
          onChange={(allowUnreachable) => change({ allowUnreachable })}
        />
      ) : null}
    </Verdict>
  );
}
