import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useLocale } from '../../i18n/locale.tsx';
import { IconAction } from '../components.tsx';

type Props = { title: string; close: () => void; role?: 'dialog' | 'alertdialog'; side?: boolean; children: ReactNode };

/** A modal dialog; `side`: a drawer. */
export function Over({ title, close, role = 'dialog', side = false, children }: Props) {
  const { say } = useLocale();
  return (
    <ModalOverlay className={side ? 'overlay side' : 'overlay'} isOpen isDismissable onOpenChange={(open) => open || close()}>
      <Modal className={side ? 'modal drawer' : 'modal'}>
        <Dialog role={role}>
          <div className="row">
            <Heading slot="title">{title}</Heading>
            {side ? <IconAction icon={X} label={say('dismiss')} act={close} /> : null}
          </div>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
