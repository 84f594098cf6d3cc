import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useLocale } from './locale.tsx';
import type { Word } from './text-fr.ts';

const pages = [
  { to: '/settings/callback', word: 'apiCallback' },
  { to: '/settings/keys', word: 'apiKeys' },
  { to: '/settings/sender', word: 'defaultSender' },
  { to: '/settings/keywords', word: 'keywords' },
  { to: '/settings/policies', word: 'policies' },
  { to: '/settings/opt-outs', word: 'optOuts' },
  { to: '/settings/numbers', word: 'numbers' },
  { to: '/settings/privacy', word: 'privacy' },
  { to: '/settings/team', word: 'team' },
] as const satisfies { to: string; word: Word }[];

/** All settings have this beside them. */
export function SettingsPage() {
  const { say } = useLocale();
  const { pathname } = useLocation();
  // Where the tabs are wider than the screen, the one that is open is seen.
  useEffect(() => {
    document.querySelector('.tabs .here')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <div className="page">
      <nav className="tabs" aria-label={say('settings')}>
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
