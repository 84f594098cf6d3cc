import { useLocale } from '../i18n/locale.tsx';
import { Action } from '../ui/components.tsx';
import { Over } from '../ui/layout/dialog.tsx';

const KEYS = [
  ['Ctrl K', 'key.palette'],
  ['j / k', 'key.next'],
  ['r', 'key.answer'],
  ['/', 'key.find'],
  ['e', 'key.close'],
  ['Ctrl ↵', 'key.send'],
  ['Esc', 'key.leave'],
  ['?', 'key.keys'],
] as const;

export function KeysSheet({ close }: { close: () => void }) {
  const { say } = useLocale();
  return (
    <Over title={say('keys')} close={close}>
      <dl className="keys">
        {KEYS.map(([key, word]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{say(word)}</dd>
          </div>
        ))}
      </dl>
      <div className="row end">
        <Action slot="close">{say('dismiss')}</Action>
      </div>
    </Over>
  );
}
