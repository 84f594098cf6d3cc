import type { LucideIcon } from 'lucide-react';
import { Suspense, useImperativeHandle, useRef, useState, type ReactNode, type Ref } from 'react';
import { lazyPart } from './lazy-part.ts';

/** `id`: needed when texts repeat. `chosen`: state of a choice. */
type MenuEntry = { id?: string; text: string; icon?: LucideIcon; danger?: boolean; chosen?: boolean; act: () => void };
/** `several`: a multiple choice, which stays open. */
export type MenuGroup = { name?: string; several?: boolean; items: MenuEntry[] };

const load = () => import('./menu-list.tsx');
const MenuList = lazyPart(async () => (await load()).MenuList);

/** `named`: its content is its accessible name, not `label`. `menu`: the menu's class. */
type Props = {
  label: string;
  groups: MenuGroup[];
  className?: string;
  menu?: string;
  named?: boolean;
  opener?: Ref<HTMLButtonElement>;
  children: ReactNode;
};

/** A button whose menu is loaded on hover. */
export function MenuButton({ label, groups, className = 'button ghost', menu = 'menu', named = false, opener, children }: Props) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  useImperativeHandle<HTMLButtonElement | null, HTMLButtonElement | null>(opener, () => trigger.current);
  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={className}
        {...(named ? {} : { 'aria-label': label })}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerEnter={() => void load()}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      {open ? (
        <Suspense>
          <MenuList label={label} className={menu} groups={groups} trigger={trigger} close={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
