import type { ReactNode } from 'react';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../components.tsx';
import { Over } from './dialog.tsx';

export type Asked = {
  /** On the button, and what it asks. */
  label: string;
  question: string;
  children?: ReactNode;
  /** Whether what is asked misses something. */
  disabled?: boolean;
  /** An action that can be undone is not shown as a danger. */
  kind?: 'danger' | 'plain';
  act: { mutateAsync: () => Promise<unknown>; isPending: boolean; error: unknown };
  close: () => void;
};

/** A question, and the button that does what it asks. */
export function ConfirmDialog({ label, question, children, disabled = false, kind = 'danger', act, close }: Asked) {
  const { say } = useLocale();
  return (
    <Over role="alertdialog" title={question} close={close}>
      {children}
      <Problem error={act.error} />
      <div className="row end">
        <Action slot="close">{say('leaveIt')}</Action>
        <Action
          kind={kind === 'plain' ? 'main' : kind}
          isDisabled={disabled || act.isPending}
          onPress={() => {
            act.mutateAsync().then(close, () => {
              // Said above by `error`.
            });
          }}
        >
          {label}
        </Action>
      </div>
    </Over>
  );
}
