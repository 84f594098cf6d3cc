import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { useConversationChange, type Conversation } from './conversation-change.ts';

const isTyping = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Keys that focus a field. */
const FIELDS: Record<string, string> = { r: '#answer textarea', '/': '#find input' };

/** Keyboard shortcuts of the chat; returns the error of a failed close. `at`: index of the open item. */
export function useChatKeys(items: Conversation[], at: number, reader: boolean): unknown {
  const { say } = useLocale();
  const navigate = useNavigate();
  const { mutate, error } = useConversationChange();
  useEffect(() => {
    function step(by: number): void {
      const next = items[at + by];
      if (!next) return;
      // Lets the opened thread take the focus.
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      void navigate({ to: '/chat/$id', params: { id: next.id }, search: true });
    }
    function close(): void {
      const here = items[at];
      if (!here || reader) return;
      const closed = here.state === 'closed';
      const done = say(closed ? 'done.reopened' : 'done.closed', { name: here.phone });
      mutate({ items: [here], change: () => ({ state: closed ? 'open' : 'closed' }), done });
    }
    const acts: Record<string, () => void> = { j: () => step(1), k: () => step(-1), e: close };
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target)) {
        // Leaves the field, so that letters are shortcuts again.
        if (event.key === 'Escape') event.target.blur();
        return;
      }
      acts[event.key]?.();
      const field = document.querySelector(FIELDS[event.key] ?? '#nothing');
      if (!(field instanceof HTMLElement)) return;
      event.preventDefault();
      field.focus();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [items, at, navigate, reader, mutate, say]);
  return error;
}
