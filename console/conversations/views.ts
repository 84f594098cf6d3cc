import { Ban, CircleCheck, Clock, Flag, Inbox, Layers, Mail, User, UserX, type LucideIcon } from 'lucide-react';

export const VIEWS = ['open', 'unread', 'mine', 'unassigned', 'flagged', 'snoozed', 'closed', 'blocked', 'all'] as const;
export type View = (typeof VIEWS)[number];
export const VIEW_ICONS: Record<View, LucideIcon> = {
  open: Inbox,
  unread: Mail,
  mine: User,
  unassigned: UserX,
  flagged: Flag,
  snoozed: Clock,
  closed: CircleCheck,
  blocked: Ban,
  all: Layers,
};

/** The address of the chat: a view, a campaign and a search. */
export type ChatSearch = { view?: string; campaign?: string; q?: string };

/** The view that an address names. A search without one looks everywhere. */
export const viewOf = ({ view, q }: ChatSearch): View =>
  VIEWS.find((each) => each === view) ?? (q === undefined ? 'open' : 'all');

const YES = 'true' as const;
const ASKED = {
  unread: { unread: YES },
  mine: { mine: YES, state: 'open' },
  unassigned: { unassigned: YES },
  flagged: { flagged: YES },
  all: {},
} as const;

/** The query for the API. */
export function queryOf(search: ChatSearch) {
  const view = viewOf(search);
  const { campaign, q = '' } = search;
  return {
    ...(view === 'open' || view === 'snoozed' || view === 'closed' || view === 'blocked' ? { state: view } : ASKED[view]),
    ...(campaign === undefined ? {} : { campaign }),
    ...(q.trim().length < 2 ? {} : { search: q.trim() }),
  };
}
