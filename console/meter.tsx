import { countSegments, roomOf } from '../domain/segments.ts';
import { useLocale } from './locale.tsx';

/** What a text costs while it is written, and which characters make it dearer. */
export function Meter({ text }: { text: string }) {
  const { say, number } = useLocale();
  const count = countSegments(text);
  const room = roomOf(count);
  return (
    <div className="meter">
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
