import { useSyncExternalStore } from 'react';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from './components.tsx';

type Toast = { id: number; text: string; undo: (() => void) | null };

const STAYS_MS = 8000;
let toasts: Toast[] = [];
let made = 0;
const listeners = new Set<() => void>();

function show(next: Toast[]): void {
  toasts = next;
  for (const changed of listeners) changed();
}
const drop = (id: number): void => show(toasts.filter((each) => each.id !== id));

/** A short message, with an undo button where possible. */
export function toast(text: string, undo: (() => void) | null = null): void {
  const id = ++made;
  show([...toasts.slice(-2), { id, text, undo }]);
  window.setTimeout(() => drop(id), STAYS_MS);
}

export function Toasts() {
  const { say } = useLocale();
  const shown = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status">
      {shown.map(({ id, text, undo }) => (
        <div key={id} className="toast">
          {text}
          {undo ? (
            <Action
              onPress={() => {
                drop(id);
                undo();
              }}
            >
              {say('undoIt')}
            </Action>
          ) : null}
        </div>
      ))}
    </div>
  );
}
