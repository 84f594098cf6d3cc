import type { Fault } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { fieldWord } from '../i18n/field-word.ts';

const SHOWN = 50;

export function useFaultText() {
  const { say } = useLocale();
  return ({ field, problem, remedy }: Fault): string => {
    const word = fieldWord(field);
    return say('fieldFault', { field: word ? say(word) : field, problem, remedy });
  };
}

/** Faults with their remedies, in the API's words. */
export function Faults({ faults }: { faults: Fault[] }) {
  const { say, number } = useLocale();
  const textOf = useFaultText();
  if (faults.length === 0) return null;
  return (
    <>
      <ul>
        {faults.slice(0, SHOWN).map((fault) => (
          <li key={`${fault.row} ${fault.field} ${fault.problem}`}>
            {fault.row === undefined ? null : <strong>{say('rowNumber', { row: number(fault.row) })} </strong>}
            {textOf(fault)}
          </li>
        ))}
      </ul>
      {faults.length > SHOWN ? <p>{say('moreFaults', { n: number(faults.length - SHOWN) })}</p> : null}
    </>
  );
}
