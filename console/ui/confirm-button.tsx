import { useState, type ReactNode } from 'react';
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Problem } from './components.tsx';

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
export function ConfirmButton({ label, question, children, disabled = false, closed = false, kind = 'danger', act }: Props) {
  const { say } = useLocale();
  const [open, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Action kind={kind} isDisabled={closed}>
        {label}
      </Action>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog role="alertdialog">
            <Heading slot="title">{question}</Heading>
            {children}
            <Problem error={act.error} />
            <div className="row end">
              <Action slot="close">{say('leaveIt')}</Action>
              <Action
                kind={kind === 'plain' ? 'main' : kind}
                isDisabled={disabled || act.isPending}
                onPress={() => {
                  act.mutateAsync().then(
                    () => setOpen(false),
                    () => {
                      // Said above by `error`.
                    },
                  );
                }}
              >
                {label}
              </Action>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
