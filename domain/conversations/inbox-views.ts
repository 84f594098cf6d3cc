export const INBOX_VIEWS = [
  'open',
  'unread',
  'mine',
  'mentioned',
  'unassigned',
  'flagged',
  'snoozed',
  'closed',
  'blocked',
  'all',
] as const;
export type InboxView = (typeof INBOX_VIEWS)[number];

/** No phone number: a view outlives an erased contact. */
export type InboxFilters = { view: InboxView; campaign: string | null; search: string | null };

const YES = 'true' as const;
const OTHERS = {
  unread: { unread: YES },
  mine: { mine: YES, state: 'open' },
  mentioned: { mentioned: YES, state: 'open' },
  unassigned: { unassigned: YES },
  flagged: { flagged: YES },
  all: {},
} as const;

/** The query of a view's conversations. */
export function inboxQuery({ view, campaign, search }: InboxFilters) {
  const words = search?.trim() ?? '';
  return {
    ...(view === 'open' || view === 'snoozed' || view === 'closed' || view === 'blocked' ? { state: view } : OTHERS[view]),
    ...(campaign === null ? {} : { campaign }),
    ...(words.length < 2 ? {} : { search: words }),
  };
}
