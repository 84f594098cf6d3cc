import { BellOff, Check, Clock, Flag, PenLine } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Hit } from '../ui/highlight.tsx';
import { nameOf } from '../ui/phone-text.ts';
import type { Conversation } from './conversation-change.ts';

type Props = {
  item: Conversation;
  search: string;
  place: number;
  selected: boolean;
  marked: boolean;
  mark: (() => void) | null;
  open: () => void;
};

/** The row's accessible name. */
function useRowName(item: Conversation): string {
  const { say, time, number } = useLocale();
  const said = [
    nameOf(item),
    item.unread > 0 ? say('unreadCount', { n: number(item.unread) }) : '',
    item.flagged ? say('flagged') : '',
    item.optedOut ? say('stop') : '',
    item.state === 'open' ? '' : say(`chat.${item.state}`),
    item.answeringBy ? say('writing') : '',
    ...item.tags,
    item.hit ?? item.lastText ?? say('noReplyYet'),
    time(item.lastReplyAt),
  ];
  return said.filter((part) => part !== '').join(', ');
}

/** Arrows move between rows; Enter opens one. */
function onRowKey(event: KeyboardEvent<HTMLElement>, open: () => void): void {
  if (event.target !== event.currentTarget) return;
  const { nextElementSibling, previousElementSibling } = event.currentTarget;
  const acts: Record<string, () => void> = {
    ArrowDown: () => nextElementSibling instanceof HTMLElement && nextElementSibling.focus(),
    ArrowUp: () => previousElementSibling instanceof HTMLElement && previousElementSibling.focus(),
    Enter: open,
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** A row of the list, always two lines. */
export function ConversationRow({ item, search, place, selected, marked, mark, open }: Props) {
  const name = nameOf(item);
  return (
    <div
      role="row"
      aria-rowindex={place + 1}
      aria-selected={selected}
      aria-label={useRowName(item)}
      tabIndex={selected || place === 0 ? 0 : -1}
      className={`conversation${item.unread > 0 ? ' unread' : ''}${marked ? ' marked' : ''}`}
      onClick={open}
      onKeyDown={(event) => onRowKey(event, open)}
    >
      <div role="gridcell" className="face">
        <Avatar name={name} />
        {mark ? <MarkBox name={name} marked={marked} mark={mark} /> : null}
      </div>
      <div role="gridcell" className="line">
        <strong title={name}>
          <Hit text={name} search={search} />
        </strong>
        <LastTime at={item.lastReplyAt} />
        <Excerpt text={item.hit ?? item.lastText} search={search} />
        <Marks item={item} />
      </div>
    </div>
  );
}

function MarkBox({ name, marked, mark }: { name: string; marked: boolean; mark: () => void }) {
  const { say } = useLocale();
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={marked}
      aria-label={say('markOne', { name })}
      className="mark-box"
      onClick={(event) => {
        event.stopPropagation();
        mark();
      }}
    >
      {marked ? <Check aria-hidden="true" /> : null}
    </button>
  );
}

function LastTime({ at }: { at: string }) {
  const { time, shortTime } = useLocale();
  return (
    <time dateTime={at} title={time(at)}>
      {shortTime(at)}
    </time>
  );
}

function Excerpt({ text, search }: { text: string | null; search: string }) {
  const { say } = useLocale();
  return (
    <span className="excerpt" dir="auto">
      {text === null ? say('noReplyYet') : <Hit text={text} search={search} cut />}
    </span>
  );
}

function Marks({ item }: { item: Conversation }) {
  const { number } = useLocale();
  return (
    <span className="marks">
      {item.answeringBy ? <PenLine aria-hidden="true" /> : null}
      {item.flagged ? <Flag className="flagged" aria-hidden="true" /> : null}
      {item.state === 'snoozed' ? <Clock aria-hidden="true" /> : null}
      {item.optedOut ? <BellOff aria-hidden="true" /> : null}
      {item.assignee ? (
        <span title={item.assignee}>
          <Avatar name={item.assignee} small />
        </span>
      ) : null}
      {item.unread > 0 ? <span className="count">{number(item.unread)}</span> : null}
    </span>
  );
}
