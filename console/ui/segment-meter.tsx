import { countSegments, roomOf } from '../../domain/sms/segments.ts';
import { useLocale } from '../i18n/locale.tsx';

/** Segments used, and characters that shorten them. */
export function Meter({ text }: { text: string }) {
  const { say, number } = useLocale();
  const count = countSegments(text);
  const room = roomOf(count);
  // Far from a second SMS: hidden in small places.
  const early = count.segments <= 1 && count.units * 4 <= room * 3;
  return (
    <div className={early ? 'meter early' : 'meter'}>
      <p>{say('meter', { units: number(count.units), room: number(room), segments: number(count.segments) })}</p>
      {count.forcing.length > 0 ? (
        <p>
          {say('meterForced', { characters: '' })}
          {count.forcing.map((character) => (
            <mark key={character}>{character}</mark>
          ))}
        </p>
      ) : null}
    </div>
  );
}
