import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { ask, v1 } from './api.ts';
import { useLive } from './conversations/use-live.ts';
import { loadMoreWords } from './i18n/dictionary.ts';
import { useLocale } from './i18n/locale.tsx';
import { Action, Badge, Problem } from './ui/components.tsx';
import { session, type SignedIn } from './people/session.ts';
import { SignIn } from './people/sign-in.tsx';
import { useLeave } from './people/sign-out.ts';
import { useHereInView } from './ui/tabs.tsx';
import type { Word } from './i18n/fr/index.ts';

type Place = { to: '/start' | '/chat' | '/replies' | '/campaigns' | '/analytics' | '/settings' | '/operator'; word: Word };

/** The pages that a person has, by role and platform. `empty`: nothing was ever sent. */
function placesOf({ user, account }: SignedIn, empty: boolean): Place[] {
  const repliesWord = account?.platform === 'v0' ? 'repliesV0' : 'replies';
  switch (user.role) {
    case 'operator':
      return [{ to: '/operator', word: 'operator' }];
    case 'agent':
    case 'agent-restricted':
      return [{ to: '/chat', word: 'chat' }];
    case 'owner':
    case 'viewer': {
      const common: Place[] = [
        { to: '/replies', word: repliesWord },
        { to: '/campaigns', word: 'campaigns' },
        { to: '/analytics', word: 'analytics' },
        { to: '/settings', word: 'settings' },
      ];
      return [
        ...(user.role === 'owner' && empty ? [{ to: '/start', word: 'firstSteps' } as const] : []),
        ...(account?.platform === 'v0' ? [] : [{ to: '/chat', word: 'chat' } as const]),
        ...common,
      ];
    }
    default:
      return user.role satisfies never;
  }
}

const MustEnrol = lazy(async () => {
  const [page] = await Promise.all([import('./people/must-enrol.tsx'), loadMoreWords()]);
  return { default: page.MustEnrol };
});

const Closed = lazy(async () => {
  const [page] = await Promise.all([import('./people/close-account.tsx'), loadMoreWords()]);
  return { default: page.OwnAccountClosed };
});

/** For who is not signed in. */
const OPEN = new Set(['/invitation', '/forgotten', '/password']);

export function Shell() {
  const { say } = useLocale();
  const { data, isPending, error, refetch } = useQuery(session);
  // Of the page that is shown: while the next one is loaded, the address is its own already.
  const pathname = useRouterState({ select: ({ matches, location }) => matches.at(-1)?.pathname ?? location.pathname });
  // Who is signed out without having asked for it is told so, and comes back to where they were.
  const [inside, setInside] = useState(false);
  useEffect(() => {
    if (data) setInside(true);
    if (data?.mustEnrol) setEnrolling(true);
  }, [data]);
  // Until the recovery codes were seen.
  const [enrolling, setEnrolling] = useState(false);
  const owner = data?.user.role === 'owner' && !data.mustEnrol;
  const sent = useQuery({
    queryKey: ['campaigns', 'any'],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '1' } })),
    enabled: owner,
  });
  if (OPEN.has(pathname)) return <Outlet />;
  if (isPending) return <p className="lone">{say('loading')}</p>;
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (data === null) return <SignIn ended={inside} />;
  if (data.mustEnrol || enrolling) {
    return (
      <Suspense fallback={<p className="lone">{say('loading')}</p>}>
        <MustEnrol who={data} done={() => setEnrolling(false)} left={() => setInside(false)} />
      </Suspense>
    );
  }
  if (owner && sent.isPending) return <p className="lone">{say('loading')}</p>;
  // Whoever is on their way there stays until they leave.
  const places = placesOf(data, pathname === '/start' || sent.data?.items.length === 0);
  const [first] = places;
  // Somebody else's page, such as the chat for an operator, is not where they begin.
  if (first && pathname !== '/me' && !places.some(({ to }) => pathname.startsWith(to))) return <Navigate to={first.to} />;
  return <Inside who={data} places={places} left={() => setInside(false)} />;
}

function Inside({ who, places, left }: { who: SignedIn; places: Place[]; left: () => void }) {
  const { say, locale, number, change } = useLocale();
  const unread = useUnread(places.some(({ to }) => to === '/chat'));
  useHereInView('.side nav', unread > 0);
  const leave = useLeave(left);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <header className="side">
        <p className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span title={who.account?.name}>{who.account?.name ?? say('product')}</span>
        </p>
        <nav aria-label={say('main')}>
          {places.map(({ to, word }) => (
            <Link key={to} to={to} activeProps={{ className: 'here' }}>
              {say(word)}{' '}
              {to === '/chat' && unread > 0 ? <Badge tone="good">{say('unreadCount', { n: number(unread) })}</Badge> : null}
            </Link>
          ))}
        </nav>
        <div className="who">
          <Link to="/me" activeProps={{ className: 'here' }}>
            <span className="wide-only">{who.user.email}</span>
            <span className="narrow-only">{say('me')}</span>
          </Link>
          <Action onPress={() => change(locale === 'fr' ? 'en' : 'fr')}>
            <span lang={locale === 'fr' ? 'en' : 'fr'}>{say('language')}</span>
          </Action>
          <Action onPress={() => leave.mutate()}>{say('signOut')}</Action>
          <Problem error={leave.error} />
        </div>
      </header>
      <main id="content">
        {who.account?.eraseAt ? (
          <Suspense>
            <Closed until={who.account.eraseAt} owner={who.user.role === 'owner'} />
          </Suspense>
        ) : null}
        {who.account ? <Connection /> : null}
        <Outlet />
      </main>
    </div>
  );
}

/** How many conversations hold what nobody has read. */
function useUnread(enabled: boolean): number {
  const { data } = useQuery({
    queryKey: ['conversations', 'unread'],
    queryFn: () => ask(v1.conversations.$get({ query: { limit: '1' } })),
    enabled,
  });
  return data?.unread ?? 0;
}

/** Says so when what is shown may be old. */
function Connection() {
  const { say, locale } = useLocale();
  const lostAt = useLive();
  if (lostAt === null) return null;
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(lostAt);
  return (
    <p role="status" className="offline">
      {say('offline', { time })}
    </p>
  );
}
