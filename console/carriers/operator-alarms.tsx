import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge, Check } from '../ui/components.tsx';
import { CarrierLink } from '../ui/tables/links.tsx';

export function AlarmsPage() {
  const { say, number } = useLocale();
  const [open, setOpen] = useState(true);
  const found = usePages(['alarms', open], (cursor) =>
    ask(v1.operator.alarms.$get({ query: { limit: '50', ...(open ? { open: 'true' as const } : {}), ...cursor } })),
  );
  return (
    <>
      <h1>{say('alarms')}</h1>
      <Check label={say('onlyOpen')} value={open} onChange={setOpen} />
      <List
        label={say('alarms')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noAlarms'), hint: say('noAlarmsHint') }}
        columns={[
          { name: say('carrier'), cell: ({ carrier, name }) => <CarrierLink id={carrier} name={name} /> },
          {
            name: say('kind'),
            cell: ({ kind, clearedAt }) => <Badge tone={clearedAt === null ? 'bad' : 'plain'}>{say(`alarm.${kind}`)}</Badge>,
          },
          { name: say('since'), cell: ({ since }) => when(since) },
          { name: say('seen'), figure: true, cell: ({ count }) => number(count) },
          { name: say('lastError'), cell: ({ detail }) => <span lang="en">{detail}</span> },
          { name: say('clearedAt'), cell: ({ clearedAt }) => when(clearedAt) },
        ]}
      />
    </>
  );
}
