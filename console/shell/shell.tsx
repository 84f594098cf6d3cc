import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { inboxCounts } from '../conversations/inbox/inbox-counts.ts';
import { useLive } from '../conversations/use-live.ts';
import { useLocale } from '../i18n/locale.tsx';
import { session, type SignedIn } from '../people/session.ts';
import { SignIn } from '../people/sign-in.tsx';
import { useLeave } from '../people/sign-out.ts';
import { IconAction, Problem, Skeleton } from '../ui/components.tsx';
import { lazyPart, withWords } from '../ui/lazy-part.ts';
import { Toasts } from '../ui/toast.tsx';
import { useOperatorCounts } from './operator-counts.ts';
import { AccountMenu } from './account-menu.tsx';
import { isTheirs, placesOf, type Place } from './places.ts';
import './shell.css';
import { useTitle } from './use-title.ts';

const MustEnrol = lazyPart(withWords(async () => (await import('../people/must-enrol.tsx')).MustEnrol));
const Closed = lazyPart(withWords(async () => (await import('../people/close-account.tsx')).OwnAccountClosed));
const Palette = lazyPart(withWords(async () => (await import('./palette.tsx')).Palette));
const KeysSheet = lazyPart(withWords(async () => (await import('./keys-sheet.tsx')).KeysSheet));

/** Pages without a session. */
const OPEN = new Set(['/invitation', '/forgotten', '/password']);

function useEntrance(who: SignedIn | null | undefined) {
  // After an involuntary sign-out the sign-in says so and returns here.
  const [inside, setInside] = useState(false);
  // Stays until the recovery codes were seen.
  const [enrolling, setEnrolling] = useState(false);
  useEffect(() => {
    if (who) setInside(true);
    if (who?.mustEnrol) setEnrolling(true);
  }, [who]);
  return { inside, setInside, enrolling: enrolling || who?.mustEnrol === true, setEnrolling };
}

export function Shell() {
  const { data, isPending, error, refetch } = useQuery(session);
  // Path of the page shown; `location` is already that of the page being loaded.
  const pathname = useRouterState({ select: ({ matches, location }) => matches.at(-1)?.pathname ?? location.pathname });
  // No route matches.
  const unknown = useRouterState({ select: ({ matches }) => matches.length === 1 });
  const { inside, setInside, enrolling, setEnrolling } = useEntrance(data);
  const owner = data?.user.role === 'owner' && !data.mustEnrol;
  const sent = useQuery({
    queryKey: ['campaigns', 'any'],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '1' } })),
    enabled: owner,
  });
  if (OPEN.has(pathname)) return <Outlet />;
  const waiting = (
    <div className="lone">
      <Skeleton rows={3} />
    </div>
  );
  if (isPending) return waiting;
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (data === null) return <SignIn ended={inside} />;
  if (enrolling) {
    return (
      <Suspense fallback={waiting}>
        <MustEnrol who={data} done={() => setEnrolling(false)} left={() => setInside(false)} />
      </Suspense>
    );
  }
  // Only at `/` does the answer decide where to go.
  if (sent.isLoading && pathname === '/') return waiting;
  // While /start is open it stays in the menu.
  const places = placesOf(data, pathname === '/start' || sent.data?.items.length === 0);
  const [first] = places;
  // Another role's page, such as the chat for an operator, redirects.
  if (first && !unknown && !isTheirs(places, data.user.role, pathname)) return <Navigate to={first.to} />;
  return <Inside who={data} places={places} pathname={pathname} left={() => setInside(false)} />;
}

type InsideProps = { who: SignedIn; places: Place[]; pathname: string; left: () => void };

function Inside({ who, places, pathname, left }: InsideProps) {
  const { say, number } = useLocale();
  // The chat's list brings them.
  const counts = useQuery({
    ...inboxCounts,
    enabled: places.some(({ to }) => to === '/chat') && !pathname.startsWith('/chat'),
  });
  const unread = counts.data?.counts?.unread ?? 0;
  const waiting: Record<string, number> = { '/chat': unread, ...useOperatorCounts(who.user.role === 'operator') };
  useTitle(unread);
  const leave = useLeave(left);
  const [over, setOver] = useState<'palette' | 'keys' | null>(null);
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      const palette = event.key === 'k' && (event.ctrlKey || event.metaKey);
      if (!palette && (typing || event.key !== '?')) return;
      event.preventDefault();
      setOver(palette ? 'palette' : 'keys');
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const close = (): void => setOver(null);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <header className="rail">
        <p className="brand" title={who.account?.name}>
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>{who.account?.name ?? say('product')}</span>
        </p>
        <nav aria-label={say('main')}>
          {places.map(({ to, word, icon: Icon, under }) => {
            const n = under.reduce((sum, each) => sum + (waiting[each] ?? 0), 0);
            return (
              <Link
                key={to}
                to={to}
                title={say(word)}
                activeProps={{}}
                {...(under.some((each) => pathname.startsWith(each)) ? { className: 'here', 'aria-current': 'page' } : {})}
              >
                <Icon aria-hidden="true" />
                <span>{say(word)}</span>
                {n > 0 ? (
                  <span className="count" title={say(to === '/chat' ? 'unreadCount' : 'waitingCount', { n: number(n) })}>
                    {n > 99 ? '99+' : number(n)}
                    <span className="unseen"> {say(to === '/chat' ? 'unread' : 'waits')}</span>
                  </span>
                ) : null}
              </Link>
            );
          })}
        </nav>
        <div className="rail-end">
          <IconAction icon={Search} label={say('palette')} act={() => setOver('palette')} />
          <AccountMenu who={who} keys={() => setOver('keys')} leave={() => leave.mutate()} />
        </div>
      </header>
      <main id="content">
        {who.account?.eraseAt ? (
          <Suspense>
            <Closed until={who.account.eraseAt} owner={who.user.role === 'owner'} />
          </Suspense>
        ) : null}
        {who.account ? <Connection /> : null}
        <Problem error={leave.error} />
        <Outlet />
      </main>
      <Toasts />
      <Suspense>
        {over === 'palette' ? <Palette who={who} places={places} close={close} /> : null}
        {over === 'keys' ? <KeysSheet close={close} /> : null}
      </Suspense>
    </div>
  );
}

function Connection() {
  const { say, hour } = useLocale();
  const lostAt = useLive();
  if (lostAt === null) return null;
  return (
    <p role="status" className="offline">
      {say('offline', { time: hour(lostAt.toISOString()) })}
    </p>
  );
}
