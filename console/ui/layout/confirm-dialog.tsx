import type { ReactNode } from 'react';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Problem } from '../components.tsx';
import { Over } from './dialog.tsx';

export type Asked = {
  /** Also the button's text. */
  label: string;
  question: string;
  children?: ReactNode;
  /** Disables the confirming button. */
  disabled?: boolean;
  /** `plain`: the action can be undone. */
  kind?: 'danger' | 'plain';
  act: { mutateAsync: () => Promise<unknown>; isPending: boolean; error: unknown };
  close: () => void;
};

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
              // Shown by `error`.
            });
          }}
        >
          {label}
        </Action>
      </div>
    </Over>
  );
}
