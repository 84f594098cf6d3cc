import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { DaysOff } from './days-off.tsx';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Meter } from '../ui/segment-meter.tsx';
import { Action, FormCard, Check, Field } from '../ui/components.tsx';
import { DAY_MS } from '../../domain/durations.ts';

type Setting = InferResponseType<(typeof v1)['out-of-hours']['$get'], 200>;
type Opening = Setting['hours'][number];

const DAYS = [1, 2, 3, 4, 5, 6, 7];
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
/** Default for an account without hours. */
const OFFICE: Opening[] = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' }));

export function OutOfHoursSettings() {
  const { say, locale } = useLocale();
  const found = useQuery({
    queryKey: ['out-of-hours', locale],
    queryFn: () => ask(v1['out-of-hours'].$get({ query: { language: locale } })),
  });
  return (
    <>
      <h1>{say('outOfHours')}</h1>
      <p>{say('outOfHoursHint')}</p>
      <Loaded of={found}>{(data) => <Chosen key={JSON.stringify(data)} setting={data} />}</Loaded>
    </>
  );
}

function Chosen({ setting }: { setting: Setting }) {
  const { say, locale } = useLocale();
  const owner = useOwner();
  const { timeZone, country, coming, ...before } = setting;
  const [enabled, setEnabled] = useState(before.enabled);
  const [text, setText] = useState(before.text);
  const [hours, setHours] = useState(before.hours.length === 0 ? OFFICE : before.hours);
  const [holidays, setHolidays] = useState(before.holidays);
  const [closed, setClosed] = useState(before.closed);
  const now = { enabled, text, hours, holidays, closed };
  const save = useAct(() => ask(v1['out-of-hours'].$put({ query: {}, json: now })), ['out-of-hours']);
  const changed = JSON.stringify(now) !== JSON.stringify(before);
  const nameOf = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const put = (at: Opening, part: Partial<Opening>): void =>
    setHours(hours.map((each) => (each === at ? { ...each, ...part } : each)));
  return (
    <FormCard label={say('save')} act={save} disabled={!owner || !changed || (enabled && text.trim() === '')}>
      <Check label={say('outOfHoursOn')} value={enabled} onChange={setEnabled} />
      <Field label={say('outOfHoursText')} hint={say('outOfHoursTextHint')} rows={3} value={text} onChange={setText} />
      <Meter text={text} />
      <h2>{say('openingHours')}</h2>
      <p className="hint">{say('openingHoursHint', { zone: timeZone })}</p>
      {DAYS.map((day) => {
        const name = nameOf.format(MONDAY + (day - 1) * DAY_MS);
        const openings = hours.filter((each) => each.day === day);
        return (
          <fieldset key={day} className="day">
            <legend>{name}</legend>
            <div className="openings">
              {openings.length === 0 ? <p className="hint">{say('closedAllDay')}</p> : null}
              {openings.map((each, index) => (
                <div key={`${day} ${index}`} className="row start">
                  <Field
                    label={say('from')}
                    type="time"
                    value={each.from}
                    onChange={(from) => from !== '' && put(each, { from })}
                  />
                  <Field
                    label={say('openTo')}
                    type="time"
                    value={each.to === '24:00' ? '00:00' : each.to}
                    onChange={(to) => to !== '' && put(each, { to: to === '00:00' ? '24:00' : to })}
                  />
                  <Action
                    aria-label={say('removeOpening', { day: name, from: each.from, to: each.to })}
                    onPress={() => setHours(hours.filter((other) => other !== each))}
                  >
                    {say('remove')}
                  </Action>
                </div>
              ))}
              <Action
                aria-label={say('addOpeningOn', { day: name })}
                onPress={() =>
                  setHours([
                    ...hours,
                    openings.length === 0 ? { day, from: '09:00', to: '18:00' } : { day, from: '14:00', to: '18:00' },
                  ])
                }
              >
                {say('addOpening')}
              </Action>
            </div>
          </fieldset>
        );
      })}
      <DaysOff
        setting={{ country, coming }}
        holidays={holidays}
        setHolidays={setHolidays}
        closed={closed}
        setClosed={setClosed}
      />
      {save.isSuccess && !changed ? <p role="status">{say('saved')}</p> : null}
    </FormCard>
  );
}
