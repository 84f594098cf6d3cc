import type { LucideIcon } from 'lucide-react';
import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';

/** `chosen`: one of several, and whether it is that one. */
type MenuEntry = { text: string; icon?: LucideIcon; danger?: boolean; chosen?: boolean; act: () => void };
export type MenuGroup = { name?: string; items: MenuEntry[] };

const load = () => import('./menu-list.tsx');
const MenuList = lazy(async () => ({ default: (await load()).MenuList }));

/** `named`: by what stands on it; else by its label. */
type Props = { label: string; groups: MenuGroup[]; className?: string; named?: boolean; children: ReactNode };

/** A button with a menu. What draws the menu is loaded as the pointer comes near. */
export function MenuButton({ label, groups, className = 'button ghost', named = false, children }: Props) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
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
          <MenuList label={label} groups={groups} trigger={trigger} close={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
