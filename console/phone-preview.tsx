import { useLocale } from './locale.tsx';
import { notInGsm7 } from '../domain/gsm7.ts';

export type Previewed = { to: string; text: string; missing: string[] };

/** A text with each character that makes it dearer marked. */
function Marked({ text }: { text: string }) {
  const forcing = new Set(notInGsm7(text));
  const parts: { text: string; marked: boolean; at: number }[] = [];
  let at = 0;
  for (const character of text) {
    const marked = forcing.has(character);
    const last = parts.at(-1);
    if (last?.marked === marked) last.text += character;
    else parts.push({ text: character, marked, at });
    at += character.length;
  }
  return parts.map((part) => (part.marked ? <mark key={part.at}>{part.text}</mark> : <span key={part.at}>{part.text}</span>));
}

/** The message as three people of the list will read it. */
export function PhonePreview({ messages }: { messages: Previewed[] }) {
  const { say } = useLocale();
  return (
    <aside className="phone" aria-label={say('preview')}>
      <h2>{say('preview')}</h2>
      {messages.length === 0 ? <p>{say('previewEmpty')}</p> : null}
      {messages.map(({ to, text, missing }) => (
        <figure key={to}>
          <figcaption>{say('previewOf', { phone: to })}</figcaption>
          <p className="bubble" dir="auto">
            <Marked text={text} />
          </p>
          {missing.map((column) => (
            <p key={column} className="fault">
              {say('missingValue', { column })}
            </p>
          ))}
        </figure>
      ))}
    </aside>
  );
}
