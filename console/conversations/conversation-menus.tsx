import { useQuery } from '@tanstack/react-query';
import { Ban, CalendarClock, CircleCheck, Clock, Ellipsis, Flag, RotateCcw, UserRound, Info } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconAction } from '../ui/components.tsx';
import { MenuButton, type MenuGroup } from '../ui/menu-button.tsx';
import { nameOf } from '../ui/phone-text.ts';
import { SNOOZES, useConversationChange, type Change, type Conversation } from './conversation-change.ts';

const SnoozeDate = lazy(async () => ({ default: (await import('./snooze-date.tsx')).SnoozeDate }));

type Props = { items: Conversation[]; changed?: () => void };

/** Who may look after a conversation, as far as the reader may know. */
export function usePeople(assignees: (string | null)[]): string[] {
  const { data: who } = useQuery(session);
  const me = who?.user.email ?? '';
  // An agent takes a conversation, or leaves it; who the others are is for owners.
  const users = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()), enabled: who?.user.role === 'owner' });
  const others = users.data?.items.filter(({ role }) => role !== 'viewer').map(({ email }) => email) ?? [];
  return [...new Set([me, ...others, ...assignees.flatMap((email) => email ?? [])])];
}

/** Actions on one open conversation, or on several marked ones. */
export function ConversationMenus({ items, changed, about }: Props & { about?: () => void }) {
  const { say, shortTime } = useLocale();
  const change = useConversationChange();
  const people = usePeople(items.map(({ assignee }) => assignee));
  const [first] = items;
  const name = items.length === 1 && first ? nameOf(first) : say('someConversations', { n: items.length });
  const act = (how: Change, done: Parameters<typeof say>[0]) => () => {
    change.mutate({ items, change: () => how, done: say(done, { name }) });
    changed?.();
  };
  const open = items.some(({ state }) => state === 'open' || state === 'snoozed');
  const flagged = items.every((item) => item.flagged);
  const blocked = items.every(({ state }) => state === 'blocked');
  const assignee = items.every((item) => item.assignee === first?.assignee) ? first?.assignee : undefined;
  const assign: MenuGroup[] = [
    {
      items: [
        { text: say('nobody'), chosen: assignee === null, act: act({ assignee: null }, 'done.unassigned') },
        ...people.map((email) => ({ text: email, chosen: assignee === email, act: act({ assignee: email }, 'done.assigned') })),
      ],
    },
  ];
  const [picking, pick] = useState(false);
  const snoozeTo = (until: Date) => act({ state: 'snoozed', snoozedUntil: until.toISOString() }, 'done.snoozed')();
  const snooze: MenuGroup[] = [
    {
      name: say('snoozeUntil'),
      items: [
        ...SNOOZES.map(([word, until]) => ({
          text: `${say(word)} · ${shortTime(until().toISOString())}`,
          icon: Clock,
          act: () => snoozeTo(until()),
        })),
        { text: say('snooze.date'), icon: CalendarClock, act: () => pick(true) },
      ],
    },
  ];
  const more: MenuGroup[] = [
    {
      items: [
        {
          text: say(flagged ? 'unflag' : 'flag'),
          icon: Flag,
          act: act({ flagged: !flagged }, flagged ? 'done.unflagged' : 'done.flagged'),
        },
        ...(about ? [{ text: say('about'), icon: Info, act: about }] : []),
        ...(blocked ? [] : [{ text: say('block'), icon: Ban, danger: true, act: act({ state: 'blocked' }, 'done.blocked') }]),
      ],
    },
  ];
  return (
    <>
      <MenuButton label={say('assignee')} groups={assign} className="button ghost icon">
        {assignee ? <Avatar name={assignee} /> : <UserRound aria-hidden="true" />}
      </MenuButton>
      <MenuButton label={say('snooze')} groups={snooze} className="button ghost icon">
        <Clock aria-hidden="true" />
      </MenuButton>
      {picking ? (
        <Suspense>
          <SnoozeDate
            close={() => pick(false)}
            choose={(until) => {
              pick(false);
              snoozeTo(until);
            }}
          />
        </Suspense>
      ) : null}
      <IconAction
        icon={open ? CircleCheck : RotateCcw}
        label={say(open ? 'closeIt' : 'reopen')}
        act={act({ state: open ? 'closed' : 'open' }, open ? 'done.closed' : 'done.reopened')}
      />
      <MenuButton label={say('moreActions')} groups={more} className="button ghost icon">
        <Ellipsis aria-hidden="true" />
      </MenuButton>
    </>
  );
}
