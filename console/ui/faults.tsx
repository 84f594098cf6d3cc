import type { Fault } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { fieldWord, faultWord } from '../i18n/fault-words.ts';

const SHOWN = 50;

/** What is wrong, one by one, each with what to do about it; in English only what the console has no words for. */
export function Faults({ faults }: { faults: Fault[] }) {
  const { say, number, country } = useLocale();
  if (faults.length === 0) return null;
  return (
    <>
      <ul>
        {faults.slice(0, SHOWN).map((fault) => {
          const { row, field, problem } = fault;
          const found = faultWord(fault);
          const named = row === undefined ? fieldWord(field) : null;
          const what = found ? (
            say(found.word, {
              ...found.values,
              ...(named ? { field: say(named) } : {}),
              country: country(found.values['country'] ?? 'ZZ'),
            })
          ) : (
            <span lang="en">{say('fieldFault', { field, problem, remedy: fault.remedy })}</span>
          );
          return (
            <li key={`${row} ${field} ${problem}`}>
              {row === undefined ? null : <strong>{say('rowNumber', { row: number(row) })} </strong>}
              {what}
            </li>
          );
        })}
      </ul>
      {faults.length > SHOWN ? <p>{say('moreFaults', { n: number(faults.length - SHOWN) })}</p> : null}
    </>
  );
}
