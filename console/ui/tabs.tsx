import { Link, Outlet, useLocation, type LinkProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import type { Word } from '../i18n/fr/index.ts';

export type Tab = { to: NonNullable<LinkProps['to']>; word: Word };

/** Where links are wider than the screen, the one of the page that is open is seen; `wide`: what makes one of them wider. */
export function useHereInView(nav: string, wide?: unknown): void {
  const { pathname } = useLocation();
  useEffect(() => {
    document.querySelector(`${nav} .here`)?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [nav, pathname, wide]);
}

/** Pages that belong together, each by its name above the one that is open. */
export function Tabs({ label, pages }: { label: Word; pages: readonly Tab[] }) {
  const { say } = useLocale();
  useHereInView('.tabs');
  return (
    <div className="page">
      <nav className="tabs" aria-label={say(label)}>
        {pages.map(({ to, word }) => (
          <Link key={to} to={to} activeProps={{ className: 'here' }}>
            {say(word)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </div>
  );
}
