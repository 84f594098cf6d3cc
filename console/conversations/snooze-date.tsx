import { useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Field } from '../ui/components.tsx';

/** A day and an hour of the reader's, to put something off to. */
export function SnoozeDate({ choose, close }: { choose: (until: Date) => void; close: () => void }) {
  const { say } = useLocale();
  const [written, setWritten] = useState('');
  const until = new Date(written);
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => open || close()}>
      <Modal className="modal">
        <Dialog>
          <Heading slot="title">{say('snoozeUntil')}</Heading>
          <Field label={say('dayAndHour')} type="datetime-local" value={written} onChange={setWritten} />
          <div className="row end">
            <Action slot="close">{say('leaveIt')}</Action>
            <Action kind="main" isDisabled={!(until.getTime() > Date.now())} onPress={() => choose(until)}>
              {say('snooze')}
            </Action>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
