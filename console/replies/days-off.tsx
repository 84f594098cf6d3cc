import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Check, Field } from '../ui/components.tsx';

type Setting = InferResponseType<(typeof v1)['out-of-hours']['$get'], 200>;
type Closed = Setting['closed'];
type Props = {
  setting: Pick<Setting, 'coming' | 'country'>;
  holidays: boolean;
  setHolidays: (holidays: boolean) => void;
  closed: Closed;
  setClosed: (closed: Closed) => void;
};

/** Public holidays and closed periods. */
export function DaysOff({ setting, holidays, setHolidays, closed, setClosed }: Props) {
  const { say, country, locale } = useLocale();
  const dayOf = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const named = (day: string): string => (day === '' ? '' : dayOf.format(new Date(`${day}T00:00Z`)));
  const days = new Intl.ListFormat(locale).format(setting.coming.map(({ day, name }) => `${named(day)} (${name})`));
  const where = country(setting.country);
  const put = (at: number, part: Partial<Closed[number]>): void =>
    setClosed(closed.map((each, place) => (place === at ? { ...each, ...part } : each)));
  return (
    <>
      <h2>{say('daysOff')}</h2>
      <Check
        label={say('holidaysOff', { country: where })}
        hint={days === '' ? say('holidaysUnknown', { country: where }) : say('holidaysComing', { days })}
        value={holidays}
        onChange={setHolidays}
      />
      {closed.map(({ from, to }, place) => (
        <div key={place} role="group" aria-label={say('closure', { n: place + 1 })} className="row start closure">
          <Field
            label={say('closedFrom')}
            type="date"
            required
            value={from}
            onChange={(day) => put(place, to === '' || to < day ? { from: day, to: day } : { from: day })}
          />
          <Field label={say('closedTo')} type="date" required value={to} onChange={(day) => put(place, { to: day })} />
          <Action
            aria-label={say('removeClosure', { from: named(from), to: named(to) })}
            onPress={() => setClosed(closed.filter((_, other) => other !== place))}
          >
            {say('remove')}
          </Action>
        </div>
      ))}
      <p>
        <Action onPress={() => setClosed([...closed, { from: '', to: '' }])}>{say('addClosure')}</Action>
      </p>
    </>
  );
}
