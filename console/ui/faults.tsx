import type { Fault } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { fieldWord } from '../i18n/field-word.ts';

const SHOWN = 50;

/** What is wrong, one by one, each with what to do about it, as the API says it in the reader's language. */
export function Faults({ faults }: { faults: Fault[] }) {
  const { say, number } = useLocale();
  if (faults.length === 0) return null;
  return (
    <>
      <ul>
        {faults.slice(0, SHOWN).map(({ row, field, problem, remedy }) => {
          const word = fieldWord(field);
          return (
            <li key={`${row} ${field} ${problem}`}>
              {row === undefined ? null : <strong>{say('rowNumber', { row: number(row) })} </strong>}
              {say('fieldFault', { field: word ? say(word) : field, problem, remedy })}
            </li>
          );
        })}
      </ul>
      {faults.length > SHOWN ? <p>{say('moreFaults', { n: number(faults.length - SHOWN) })}</p> : null}
    </>
  );
}
