import type { LinkProps } from '@tanstack/react-router';
import {
  Activity,
  Building2,
  ChartColumn,
  Database,
  Megaphone,
  MessagesSquare,
  Network,
  Rocket,
  Settings,
  Users,
  type LucideIcon,
} from 'lucide-react';
import type { Word } from '../i18n/fr/index.ts';
import type { SignedIn } from '../people/session.ts';

/** `under`: path prefixes of its pages. */
export type Place = { to: NonNullable<LinkProps['to']>; word: Word; icon: LucideIcon; under: string[] };

const place = (to: Place['to'], word: Word, icon: LucideIcon, under = [to]): Place => ({ to, word, icon, under });

const OPERATOR = [
  place('/operator/status', 'group.state', Activity, [
    '/operator/status',
    '/operator/alarms',
    '/operator/endpoints',
    '/operator/unattributed',
    '/operator/mail',
  ]),
  place('/operator/accounts', 'group.clients', Building2, ['/operator/requests', '/operator/accounts', '/operator/prices']),
  place('/operator/carriers', 'group.network', Network, [
    '/operator/carriers',
    '/operator/routes',
    '/operator/numbers',
    '/operator/countries',
    '/operator/syncs',
  ]),
  place('/operator/ledger', 'group.data', Database, ['/operator/ledger', '/operator/audit', '/operator/sign-on']),
];
const CHAT = place('/chat', 'chat', MessagesSquare, ['/chat', '/replies']);
const START = place('/start', 'firstSteps', Rocket);

/** The menu by role and platform. `empty`: nothing was ever sent. */
export function placesOf({ user, account }: SignedIn, empty: boolean): Place[] {
  switch (user.role) {
    case 'operator':
      return OPERATOR;
    case 'agent':
    case 'agent-restricted':
      return [{ ...CHAT, under: ['/chat'] }];
    case 'owner':
    case 'viewer':
      return [
        ...(user.role === 'owner' && empty ? [START] : []),
        account?.platform === 'v0' ? place('/replies', 'repliesV0', MessagesSquare) : CHAT,
        place('/campaigns', 'campaigns', Megaphone),
        place('/contacts', 'contacts', Users),
        place('/analytics', 'analytics', ChartColumn),
        place('/settings', 'settings', Settings),
      ];
    default:
      return user.role satisfies never;
  }
}

/** Whether a path is open to the person; other paths lead to their first page. */
export const isTheirs = (places: Place[], role: string, pathname: string): boolean =>
  // Viewers write no campaigns.
  !(role === 'viewer' && pathname === '/campaigns/new') &&
  (pathname === '/me' ||
    pathname === '/parts' ||
    (role === 'operator' && pathname === '/operator') ||
    (role === 'owner' && pathname === '/start') ||
    places.some(({ under }) => under.some((each) => pathname.startsWith(each))));
