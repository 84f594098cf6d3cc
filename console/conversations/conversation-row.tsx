import { BellOff, Check, Clock, Flag, PenLine } from 'lucide-react';
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

/** A conversation in the list: two lines, whatever it holds. */
export function ConversationRow({ item, search, place, selected, marked, mark, open }: Props) {
  const { say, time, shortTime, number } = useLocale();
  const name = nameOf(item);
  const text = item.hit ?? item.lastText;
  /** The name that a screen reader reads instead of the row's content. */
  const said = [
    name,
    item.unread > 0 ? say('unreadCount', { n: number(item.unread) }) : '',
    item.flagged ? say('flagged') : '',
    item.optedOut ? say('stop') : '',
    item.state === 'open' ? '' : say(`chat.${item.state}`),
    item.answeringBy ? say('writing') : '',
    ...item.tags,
    text ?? say('noReplyYet'),
    time(item.lastReplyAt),
  ];
  return (
    <div
      role="row"
      aria-rowindex={place + 1}
      aria-selected={selected}
      aria-label={said.filter((part) => part !== '').join(', ')}
      tabIndex={selected || place === 0 ? 0 : -1}
      className={`conversation${item.unread > 0 ? ' unread' : ''}${marked ? ' marked' : ''}`}
      onClick={open}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        const step = event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : null;
        if (step === null && event.key !== 'Enter') return;
        event.preventDefault();
        if (step === null) return open();
        const next = event.currentTarget[step];
        if (next instanceof HTMLElement) next.focus();
      }}
    >
      <div role="gridcell" className="face">
        <Avatar name={name} />
        {mark ? (
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
        ) : null}
      </div>
      <div role="gridcell" className="line">
        <strong title={name}>
          <Hit text={name} search={search} />
        </strong>
        <time dateTime={item.lastReplyAt} title={time(item.lastReplyAt)}>
          {shortTime(item.lastReplyAt)}
        </time>
        <span className="excerpt" dir="auto">
          {text === null ? say('noReplyYet') : <Hit text={text} search={search} cut />}
        </span>
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
      </div>
    </div>
  );
}
