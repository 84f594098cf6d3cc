import { lazy, Suspense, useState, type ReactNode, type Ref } from 'react';
// Imported file by file, to keep the first page small.
import { Button, type ButtonProps } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { FieldError } from 'react-aria-components/FieldError';
import { Form, type FormProps } from 'react-aria-components/Form';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField, type TextFieldProps } from 'react-aria-components/TextField';
import type { LucideIcon } from 'lucide-react';
import { Refusal } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { isWord, loadMoreWords } from '../i18n/dictionary.ts';
import './components.css';

type FieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  type?: 'text' | 'email' | 'password' | 'tel' | 'date' | 'datetime-local' | 'time' | 'url' | 'search';
  autoComplete?: string;
  inputMode?: 'numeric';
  required?: boolean;
  rows?: number;
  placeholder?: string;
  /** The label is for screen readers only. */
  unseen?: boolean;
  onKeyDown?: TextFieldProps['onKeyDown'];
  error?: string | undefined;
  area?: Ref<HTMLTextAreaElement>;
};

export const Field = ({
  label,
  hint,
  rows,
  placeholder,
  required = false,
  unseen = false,
  autoComplete,
  inputMode,
  onKeyDown,
  error,
  area,
  type = 'text',
  ...field
}: FieldProps) => (
  <TextField
    {...field}
    type={type}
    isRequired={required}
    className="field"
    {...(error === undefined ? {} : { isInvalid: true })}
    {...(autoComplete ? { autoComplete } : {})}
    {...(onKeyDown ? { onKeyDown } : {})}
  >
    <Label className={unseen ? 'unseen' : ''}>{label}</Label>
    {rows ? (
      <TextArea rows={rows} {...(area ? { ref: area } : {})} {...(placeholder ? { placeholder } : {})} />
    ) : (
      <Input {...(inputMode ? { inputMode } : {})} {...(placeholder ? { placeholder } : {})} />
    )}
    {hint ? <Text slot="description">{hint}</Text> : null}
    <FieldError>{error}</FieldError>
  </TextField>
);

type PasswordProps = Omit<FieldProps, 'type' | 'autoComplete'> & { fresh?: boolean };
/** `fresh`: a new password, not the current one. */
export const Password = ({ fresh = false, ...field }: PasswordProps) => (
  <Field {...field} type="password" autoComplete={fresh ? 'new-password' : 'current-password'} />
);

/** Inserts at the caret, replacing the selection. */
export function insertAtCaret(field: HTMLTextAreaElement | null, text: string): void {
  if (!field) return;
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

type DownloadProps = { name: string; type: string; text: string; children: ReactNode };
/** Saves a text as a file. */
export const Download = ({ name, type, text, children }: DownloadProps) => (
  <a className="button plain" download={name} href={`data:${type};charset=utf-8,${encodeURIComponent(text)}`}>
    {children}
  </a>
);

type Option = { value: string; label: string };
type ChoiceProps<V extends string> = {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string }[];
  unseen?: boolean;
};

/** A native select, which works well on phones. */
export const Choice = <V extends string>({ label, value, onChange, options, unseen = false }: ChoiceProps<V>) => (
  <label className="field">
    <span className={unseen ? 'unseen' : ''}>{label}</span>
    <select
      value={value}
      onChange={(event) => {
        const chosen = options.find((option: Option) => option.value === event.target.value);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  </label>
);

type CheckProps = { label: string; hint?: string; value: boolean; onChange: (value: boolean) => void };
export const Check = ({ label, hint, value, onChange }: CheckProps) => (
  <div>
    <Checkbox className="check" isSelected={value} onChange={onChange}>
      <span className="box" aria-hidden="true" /> {label}
    </Checkbox>
    {hint ? <p className="hint">{hint}</p> : null}
  </div>
);

/** A form handled in the page. */
export const SubmitForm = ({ act, ...form }: Omit<FormProps, 'onSubmit'> & { act: () => void }) => (
  <Form
    {...form}
    onSubmit={(event) => {
      event.preventDefault();
      act();
    }}
  />
);

/** A form card: fields, error, submit button. */
export function FormCard({
  title,
  label,
  act,
  disabled = false,
  children,
}: {
  title?: string;
  label: string;
  act: { mutate: () => void; isPending: boolean; error: unknown };
  disabled?: boolean;
  children?: ReactNode;
}) {
  return (
    <SubmitForm className="card" act={() => act.isPending || act.mutate()}>
      {title ? <h2>{title}</h2> : null}
      {children}
      <Problem error={act.error} />
      <Action kind="main" type="submit" isDisabled={disabled || act.isPending}>
        {label}
      </Action>
    </SubmitForm>
  );
}

export function Copy({ value }: { value: string }) {
  const { say } = useLocale();
  const [copied, setCopied] = useState(false);
  return (
    <Action
      onPress={() => {
        // No clipboard on plain http.
        void navigator.clipboard?.writeText(value).then(() => setCopied(true));
      }}
    >
      {say(copied ? 'copied' : 'copy')}
    </Action>
  );
}

export function SecretOnce({ label, value }: { label: string; value: string }) {
  const { say } = useLocale();
  return (
    <div className="notice" role="status">
      <p>
        <strong>{label}</strong> {say('shownOnce')}
      </p>
      <div className="row">
        <code>{value}</code>
        <Copy value={value} />
      </div>
    </div>
  );
}

/** Neutral, success, in progress, waiting, failure, scheduled. */
export type Tone = 'plain' | 'good' | 'busy' | 'wait' | 'bad' | 'plan';
export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`badge ${tone}`}>{children}</span>
);

export const Action = ({ kind = 'plain', ...props }: ButtonProps & { kind?: 'plain' | 'main' | 'danger' | 'ghost' | 'link' }) => (
  <Button {...props} className={`button ${kind}`} />
);

/** An icon button; its label is the tooltip and accessible name. */
export const IconAction = ({ icon: Icon, label, act }: { icon: LucideIcon; label: string; act: () => void }) => (
  <button type="button" className="button ghost icon" aria-label={label} title={label} onClick={act}>
    <Icon aria-hidden="true" />
  </button>
);

/** Placeholder while loading. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  const { say } = useLocale();
  return (
    <div className="skeleton">
      <span className="unseen">{say('loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}

type EmptyProps = { title: string; hint: string; icon?: LucideIcon; children?: ReactNode };
/** An empty state: what will be here and how to begin. */
export const Empty = ({ title, hint, icon: Icon, children }: EmptyProps) => (
  <div className="empty">
    {Icon ? <Icon aria-hidden="true" /> : null}
    <h2>{title}</h2>
    <p>{hint}</p>
    {children}
  </div>
);

const Faults = lazy(async () => {
  try {
    const [{ Faults: all }] = await Promise.all([import('./faults.tsx'), loadMoreWords()]);
    return { default: all };
  } catch {
    // Without this file the message is still shown, and the form stays.
    return { default: () => null };
  }
});

/** Rarely needed. */
const PasswordAgain = lazy(async () => {
  const [{ PasswordAgain: again }] = await Promise.all([import('./password-again.tsx'), loadMoreWords()]);
  return { default: again };
});

/** The error's message in the reader's language; the API's own text when it says more. */
function useErrorText(refusal: Refusal | null): string {
  const { say } = useLocale();
  const word = `problem.${refusal?.code ?? 'network'}`;
  // Without faults the API's sentence says more than ours.
  const alone = refusal?.code === 'invalid-request' && refusal.faults.length === 0;
  return isWord(word) && !alone ? say(word) : refusal?.message || say('problem.other');
}

/** An error and its faults by row. */
export const Problem = ({ error, retry }: { error: unknown; retry?: () => void }) =>
  error ? <Failed refusal={error instanceof Refusal ? error : null} {...(retry ? { retry } : {})} /> : null;

function Failed({ refusal, retry }: { refusal: Refusal | null; retry?: () => void }) {
  const { say } = useLocale();
  const faults = refusal?.faults ?? [];
  return (
    <div role="alert" className="problem">
      <p>{useErrorText(refusal)}</p>
      <Suspense>
        {faults.length > 0 ? <Faults faults={faults} /> : null}
        {refusal?.code === 'password-again' ? <PasswordAgain /> : null}
      </Suspense>
      {retry ? <Action onPress={retry}>{say('retry')}</Action> : null}
    </div>
  );
}
