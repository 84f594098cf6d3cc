import type { ReactNode } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  type ButtonProps,
  type TextFieldProps,
} from 'react-aria-components';
import { Refusal, wordOf } from './api.ts';
import { useLocale } from './locale.tsx';

type FieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  type?: 'text' | 'email' | 'password' | 'tel' | 'date';
  autoComplete?: string;
  inputMode?: 'numeric' | 'tel';
  required?: boolean;
  rows?: number;
  onKeyDown?: TextFieldProps['onKeyDown'];
};

export const Field = ({
  label,
  hint,
  rows,
  required = false,
  autoComplete,
  inputMode,
  onKeyDown,
  type = 'text',
  ...field
}: FieldProps) => (
  <TextField
    {...field}
    type={type}
    isRequired={required}
    className="field"
    {...(autoComplete ? { autoComplete } : {})}
    {...(onKeyDown ? { onKeyDown } : {})}
  >
    <Label>{label}</Label>
    {rows ? <TextArea rows={rows} /> : <Input {...(inputMode ? { inputMode } : {})} />}
    {hint ? <Text slot="description">{hint}</Text> : null}
    <FieldError />
  </TextField>
);

export const Action = ({ kind = 'plain', ...props }: ButtonProps & { kind?: 'plain' | 'main' | 'danger' }) => (
  <Button {...props} className={`button ${kind}`} />
);

/** What an empty page says: what will be there, and how to get it. */
export const Empty = ({ title, hint, children }: { title: string; hint: string; children?: ReactNode }) => (
  <div className="empty">
    <h2>{title}</h2>
    <p>{hint}</p>
    {children}
  </div>
);

/** What went wrong, in the reader's language, with every row's fault beneath. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { say } = useLocale();
  if (!error) return null;
  const faults = error instanceof Refusal ? error.faults : [];
  return (
    <div role="alert" className="problem">
      <p>{say(wordOf(error))}</p>
      {faults.length > 0 ? (
        <ul>
          {faults.slice(0, 50).map(({ row, ...fault }) => (
            <li key={`${row} ${fault.field} ${fault.problem}`} lang="en">
              {row === undefined ? say('fieldFault', fault) : say('rowFault', { ...fault, row })}
            </li>
          ))}
        </ul>
      ) : null}
      {retry ? <Action onPress={retry}>{say('retry')}</Action> : null}
    </div>
  );
}
