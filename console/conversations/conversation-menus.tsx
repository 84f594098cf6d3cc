import { Ban, CalendarClock, ChevronDown, CircleCheck, Clock, Ellipsis, Flag, RotateCcw, UserRound, Info } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { lazyPart } from '../ui/lazy-part.ts';
import { MenuButton } from '../ui/menu-button.tsx';
import { nameOf } from '../ui/phone-text.ts';
import { SNOOZES, useConversationChange, type Change, type Conversation } from './conversation-change.ts';
import { usePeople } from './use-people.ts';

const SnoozeDate = lazyPart(async () => (await import('./snooze-date.tsx')).SnoozeDate);

type Done = `done.${'closed' | 'reopened' | 'snoozed' | 'assigned' | 'unassigned' | 'flagged' | 'unflagged' | 'blocked'}`;
/** Changes all items, with a toast. */
type Act = (how: Change, done: Done) => () => void;
type MenuProps = { items: Conversation[]; act: Act };

type Props = { items: Conversation[]; changed?: () => void; about?: () => void };

/** Actions on one or several conversations. `about`: opens the contact's card. */
export function ConversationMenus({ items, changed, about }: Props) {
  const { say } = useLocale();
  const change = useConversationChange();
  const [first] = items;
  const name = items.length === 1 && first ? nameOf(first) : say('someConversations', { n: items.length });
  const act: Act = (how, done) => () => {
    change.mutate({ items, change: () => how, done: say(done, { name }) });
    changed?.();
  };
  return (
    <>
      <AssignMenu items={items} act={act} />
      <SnoozeMenu items={items} act={act} />
      <CloseButton items={items} act={act} />
      <MoreMenu items={items} act={act} {...(about ? { about } : {})} />
    </>
  );
}

/** A button's label, hidden in narrow places. */
const Word = ({ text }: { text: string }) => (
  <span className="unseen word">
    {text} <ChevronDown aria-hidden="true" />
  </span>
);

function AssignMenu({ items, act }: MenuProps) {
  const { say } = useLocale();
  const { me, others } = usePeople(items.map((item) => item.assignee));
  const people = [me, ...others];
  const [first] = items;
  const assignee = items.every((item) => item.assignee === first?.assignee) ? first?.assignee : undefined;
  const choices = [
    { text: say('nobody'), chosen: assignee === null, act: act({ assignee: null }, 'done.unassigned') },
    ...people.map((email) => ({ text: email, chosen: assignee === email, act: act({ assignee: email }, 'done.assigned') })),
  ];
  return (
    <MenuButton named label={say('assignMenu')} groups={[{ items: choices }]} className="button ghost icon worded">
      {assignee ? <Avatar name={assignee} small /> : <UserRound aria-hidden="true" />}
      <Word text={say('assignMenu')} />
    </MenuButton>
  );
}

function SnoozeMenu({ act }: MenuProps) {
  const { say, shortTime } = useLocale();
  const [picking, pick] = useState(false);
  const snoozeTo = (until: Date) => act({ state: 'snoozed', snoozedUntil: until.toISOString() }, 'done.snoozed')();
  const choices = [
    ...SNOOZES.map(([word, until]) => ({
      text: `${say(word)} · ${shortTime(until().toISOString())}`,
      icon: Clock,
      act: () => snoozeTo(until()),
    })),
    { text: say('snooze.date'), icon: CalendarClock, act: () => pick(true) },
  ];
  return (
    <>
      <MenuButton
        named
        label={say('snooze')}
        groups={[{ name: say('snoozeUntil'), items: choices }]}
        className="button ghost icon worded"
      >
        <Clock aria-hidden="true" />
        <Word text={say('snooze')} />
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
    </>
  );
}

function CloseButton({ items, act }: MenuProps) {
  const { say } = useLocale();
  const open = items.some(({ state }) => state === 'open' || state === 'snoozed');
  const label = say(open ? 'closeIt' : 'reopen');
  const Icon = open ? CircleCheck : RotateCcw;
  return (
    <button
      type="button"
      className="button ghost icon worded"
      aria-label={label}
      aria-keyshortcuts="e"
      title={`${label} (E)`}
      onClick={act({ state: open ? 'closed' : 'open' }, open ? 'done.closed' : 'done.reopened')}
    >
      <Icon aria-hidden="true" />
      <span className="unseen word keyed">{say(open ? 'dismiss' : 'reopenShort')}</span>
    </button>
  );
}

function MoreMenu({ items, act, about }: MenuProps & { about?: () => void }) {
  const { say } = useLocale();
  const flagged = items.every((item) => item.flagged);
  const blocked = items.every(({ state }) => state === 'blocked');
  const choices = [
    {
      text: say(flagged ? 'unflag' : 'flag'),
      icon: Flag,
      act: act({ flagged: !flagged }, flagged ? 'done.unflagged' : 'done.flagged'),
    },
    ...(about ? [{ text: say('about'), icon: Info, act: about }] : []),
    ...(blocked ? [] : [{ text: say('block'), icon: Ban, danger: true, act: act({ state: 'blocked' }, 'done.blocked') }]),
  ];
  return (
    <MenuButton label={say('moreActions')} groups={[{ items: choices }]} className="button ghost icon">
      <Ellipsis aria-hidden="true" />
    </MenuButton>
  );
}
