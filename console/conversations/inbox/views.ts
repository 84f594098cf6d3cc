import { AtSign, Ban, CircleCheck, Clock, Flag, Inbox, Layers, Mail, User, UserX, type LucideIcon } from 'lucide-react';
import { INBOX_VIEWS, inboxQuery, type InboxFilters, type InboxView } from '../../../domain/conversations/inbox-views.ts';

export const VIEW_ICONS: Record<InboxView, LucideIcon> = {
  open: Inbox,
  unread: Mail,
  mine: User,
  mentioned: AtSign,
  unassigned: UserX,
  flagged: Flag,
  snoozed: Clock,
  closed: CircleCheck,
  blocked: Ban,
  all: Layers,
};

/** Search parameters of the chat. */
export type ChatSearch = { view?: string; campaign?: string; q?: string };

/** A search without a view covers all. */
export const viewOf = ({ view, q }: ChatSearch): InboxView =>
  INBOX_VIEWS.find((each) => each === view) ?? (q === undefined ? 'open' : 'all');

export const filtersOf = (search: ChatSearch): InboxFilters => ({
  view: viewOf(search),
  campaign: search.campaign ?? null,
  search: search.q?.trim() || null,
});
export const addressOf = ({ view, campaign, search }: InboxFilters): ChatSearch => ({
  view,
  ...(campaign === null ? {} : { campaign }),
  ...(search === null ? {} : { q: search }),
});
export const sameFilters = (one: InboxFilters, other: InboxFilters): boolean =>
  one.view === other.view && one.campaign === other.campaign && one.search === other.search;

export const queryOf = (search: ChatSearch) => inboxQuery(filtersOf(search));
