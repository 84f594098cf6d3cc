import { useState, type ReactNode } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Problem } from './components.tsx';
import { Over } from './layout/dialog.tsx';

type Props = {
  /** On the button, and what it asks. */
  label: string;
  question: string;
  children?: ReactNode;
  /** Whether what is asked misses something; whether there is nothing to ask for. */
  disabled?: boolean;
  closed?: boolean;
  /** An action that can be undone is not shown as a danger. */
  kind?: 'danger' | 'plain';
  act: { mutateAsync: () => Promise<unknown>; isPending: boolean; error: unknown };
};

/** A button that asks before it does what can not be undone. */
export function ConfirmButton({ closed = false, ...props }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Action kind={props.kind ?? 'danger'} isDisabled={closed} onPress={() => setOpen(true)}>
        {props.label}
      </Action>
      <ConfirmDialog {...props} open={open} change={setOpen} />
    </>
  );
}

type DialogProps = Omit<Props, 'closed'> & { open: boolean; change: (open: boolean) => void };

/** The question alone, for whoever asks from elsewhere than a button. */
export function ConfirmDialog({ label, question, children, disabled = false, kind = 'danger', act, open, change }: DialogProps) {
  const { say } = useLocale();
  if (!open) return null;
  return (
    <Over role="alertdialog" title={question} close={() => change(false)}>
      {children}
      <Problem error={act.error} />
      <div className="row end">
        <Action slot="close">{say('leaveIt')}</Action>
        <Action
          kind={kind === 'plain' ? 'main' : kind}
          isDisabled={disabled || act.isPending}
          onPress={() => {
            act.mutateAsync().then(
              () => change(false),
              () => {
                // Said above by `error`.
              },
            );
          }}
        >
          {label}
        </Action>
      </div>
    </Over>
  );
}

type OneProps = { name: string; change: Props['act']; remove: Props['act']; disabled: boolean; children: ReactNode };

/** One of a list is changed where it stands, or removed. */
export function ChangeOrRemove({ name, change, remove, disabled, children }: OneProps) {
  const { say } = useLocale();
  return (
    <div className="row start">
      <ConfirmButton kind="plain" label={say('change')} question={say('changeOne', { name })} act={change} disabled={disabled}>
        {children}
      </ConfirmButton>
      <ConfirmButton label={say('remove')} question={say('removeAsk', { name })} act={remove} />
    </div>
  );
}
