import { useLocale } from '../../i18n/locale.tsx';
import { notInGsm7 } from '../../../domain/sms/gsm7.ts';
import { phoneText } from '../../ui/phone-text.ts';
import type { Preview } from './use-preview.ts';
import '../campaigns.css';

/** A text with characters outside GSM-7 marked. */
export function Marked({ text }: { text: string }) {
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

type Props = { preview: Pick<Preview, 'samples' | 'answerBy'> | undefined; text: string };

/** Up to three recipients' messages, and how each can answer. */
export function PhonePreview({ preview, text: written }: Props) {
  const { say, number } = useLocale();
  const samples = preview?.samples ?? [];
  return (
    <aside className="phone" aria-label={say('preview')}>
      <h2>{say('preview')}</h2>
      {samples.length === 0 && written !== '' ? (
        <p className="bubble" dir="auto">
          <Marked text={written} />
        </p>
      ) : null}
      {samples.length === 0 ? <p className="meta">{say(preview ? 'previewRefused' : 'previewEmpty')}</p> : null}
      {samples.map(({ to, sender, replyCode, text, segments, mayBeAmbiguous }) => (
        <figure key={to}>
          <figcaption>
            {say('previewOf', { phone: phoneText(to) })} <strong>{phoneText(sender)}</strong>
          </figcaption>
          <p className="bubble" dir="auto">
            <Marked text={text} />
          </p>
          <p className="meta">{say('takesSegments', { n: number(segments) })}</p>
          <p className="meta">
            {replyCode === null || preview?.answerBy === 'none'
              ? say('answersNot')
              : say(preview?.answerBy === 'new-message' ? 'answersAnew' : 'answersByReply', { code: phoneText(replyCode) })}
          </p>
          {mayBeAmbiguous ? <p className="meta">{say('answersAmbiguous')}</p> : null}
        </figure>
      ))}
    </aside>
  );
}
