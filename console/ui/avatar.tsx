import { User } from 'lucide-react';

const COLOURS = 5;

/** Initials of a name or address; none for a number. */
export const initialsOf = (name: string): string =>
  (name.split('@')[0] ?? '')
    .split(/[\s._-]+/)
    .flatMap((word) => /\p{L}/u.exec(word) ?? [])
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join('')
    .toUpperCase();

/** Initials in a colour fixed by the name. */
export function Avatar({ name, small = false }: { name: string; small?: boolean }) {
  const colour = Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % COLOURS;
  return (
    <span className={`avatar a${colour}${small ? ' small' : ''}`} aria-hidden="true">
      {initialsOf(name) || <User />}
    </span>
  );
}
