import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import type { LinkProps } from '@tanstack/react-router';
import { useLocale } from '../i18n/locale.tsx';
import type { Word } from '../i18n/fr/index.ts';
import { OPERATOR, SETTINGS, type Pages } from './pages.ts';
import { useOperatorCounts } from './operator-counts.ts';

type Props = { label: Word; index: NonNullable<LinkProps['to']>; groups: Pages; counts?: Record<string, number> };

/** Grouped pages beside the open one; a page of its own on phones. */
function SubNav({ label, index, groups, counts = {} }: Props) {
  const { say, number } = useLocale();
  const { pathname } = useLocation();
  const whole = pathname.replace(/\/$/, '') === index;
  return (
    <div className={whole ? 'split index' : 'split'}>
      <nav className="sub" aria-label={say(label)}>
        {whole ? <h1>{say(label)}</h1> : null}
        {groups.map(({ word, items }) => (
          <section key={word} aria-label={say(word)}>
            <p>{say(word)}</p>
            {items.map((page) => (
              <Link key={page.to} to={page.to} activeProps={{ className: 'here' }}>
                <span>{say(page.word)}</span>
                {counts[page.to] ? <span className="count bad">{number(counts[page.to] ?? 0)}</span> : null}
              </Link>
            ))}
          </section>
        ))}
      </nav>
      <div className="page">
        <Link to={index} className="up">
          <ChevronLeft aria-hidden="true" /> {say(label)}
        </Link>
        <Outlet />
      </div>
    </div>
  );
}

export const SettingsPage = () => <SubNav label="settings" index="/settings" groups={SETTINGS} />;
export const OperatorPage = () => <SubNav label="operator" index="/operator" groups={OPERATOR} counts={useOperatorCounts()} />;
