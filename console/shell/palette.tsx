import { useState } from 'react';
import { Autocomplete, Dialog, Input, Menu, MenuItem, Modal, ModalOverlay, SearchField } from 'react-aria-components';
import { useLocale } from '../i18n/locale.tsx';
import type { SignedIn } from '../people/session.ts';
import { useSettled } from '../ui/use-settled.ts';
import type { Place } from './places.ts';
import { useFinds } from './use-finds.ts';

type Props = { who: SignedIn; places: Place[]; close: () => void };

/** Finds a page, person, campaign or number. */
export function Palette({ who, places, close }: Props) {
  const { say } = useLocale();
  const [written, write] = useState('');
  const text = written.trim();
  const found = useFinds({ text, settled: useSettled(text), role: who.user.role, places });
  return (
    <ModalOverlay className="overlay palette" isOpen isDismissable onOpenChange={(open) => open || close()}>
      <Modal className="modal">
        <Dialog aria-label={say('palette')}>
          <Autocomplete inputValue={written} onInputChange={write}>
            <SearchField autoFocus aria-label={say('palette')}>
              <Input placeholder={say('paletteHint')} />
            </SearchField>
            <Menu
              aria-label={say('palette')}
              className="menu"
              items={found}
              onAction={(key) => {
                found.find(({ id }) => id === key)?.go();
                close();
              }}
              renderEmptyState={() => <p className="hint">{say('nothingFound')}</p>}
            >
              {({ id, text: name, hint, icon: Icon }) => (
                <MenuItem id={id} textValue={name}>
                  <Icon aria-hidden="true" />
                  <span>{name}</span>
                  <small>{hint}</small>
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
