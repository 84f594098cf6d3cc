import type { RefObject } from 'react';
import { Header, Menu, MenuItem, MenuSection, Popover } from 'react-aria-components';
import type { MenuGroup } from './menu-button.tsx';

type Props = {
  label: string;
  className: string;
  groups: MenuGroup[];
  trigger: RefObject<HTMLButtonElement | null>;
  close: () => void;
};

export const MenuList = ({ label, className, groups, trigger, close }: Props) => (
  <Popover triggerRef={trigger} isOpen onOpenChange={(open) => open || close()} placement="bottom end">
    <Menu aria-label={label} className={className} autoFocus="first" onClose={close}>
      {groups.map(({ name, items, several = false }, index) => (
        <MenuSection
          key={name ?? index}
          {...(name === undefined ? { 'aria-label': label } : {})}
          selectionMode={several ? 'multiple' : items.some(({ chosen }) => chosen !== undefined) ? 'single' : 'none'}
          selectedKeys={items.filter(({ chosen }) => chosen).map(({ id, text }) => id ?? text)}
        >
          {name === undefined ? null : <Header>{name}</Header>}
          {items.map(({ id, text, icon: Icon, danger, act }) => (
            <MenuItem
              key={id ?? text}
              id={id ?? text}
              textValue={text}
              onAction={act}
              {...(danger ? { 'data-danger': true } : {})}
            >
              {Icon ? <Icon aria-hidden="true" /> : null}
              {text}
            </MenuItem>
          ))}
        </MenuSection>
      ))}
    </Menu>
  </Popover>
);
