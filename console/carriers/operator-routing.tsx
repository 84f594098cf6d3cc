import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useAll } from '../query-hooks.ts';
import { List } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { AccountChoice, CarrierChoice, CountryField, useNames } from './operator-choices.tsx';
import { FormCard, Badge, Field } from '../ui/components.tsx';
import { ConfirmAct } from '../ui/confirm-button.tsx';

const STANDARD = '100';

export function RoutesPage() {
  const { say, number } = useLocale();
  const names = useNames();
  const found = useAll(['routes'], () => ask(v1.operator.routes.$get()));
  return (
    <>
      <h1>{say('routing')}</h1>
      <p>{say('routingHint')}</p>
      <List
        label={say('routing')}
        found={found}
        empty={{ title: say('noRoutes'), hint: say('noRoutesHint') }}
        keyOf={({ id }) => id}
        columns={[
          { name: say('route'), cell: ({ route }) => <Badge>{say(route)}</Badge> },
          {
            name: say('account'),
            long: true,
            cell: ({ account }) => (account === null ? say('everyAccount') : names.nameOf(account)),
          },
          { name: say('country'), cell: ({ country }) => country ?? say('everyCountry') },
          { name: say('carrier'), cell: ({ carrier }) => names.nameOf(carrier) },
          { name: say('priority'), figure: true, cell: ({ priority }) => number(priority) },
          { name: say('share'), figure: true, cell: ({ share }) => number(share) },
          {
            name: say('action'),
            cell: ({ id, carrier }) => (
              <ConfirmAct
                label={say('remove')}
                question={say('removeAsk', { name: names.nameOf(carrier) })}
                hint={say('removeRouteHint')}
                act={() => ask(v1.operator.routes[':id'].$delete({ param: { id } }))}
                stale={['routes']}
              />
            ),
          },
        ]}
      />
      <NewRoute names={names} />
    </>
  );
}

function NewRoute({ names }: { names: ReturnType<typeof useNames> }) {
  const { say } = useLocale();
  const [carrier, setCarrier] = useState('');
  const [account, setAccount] = useState('');
  const [country, setCountry] = useState('');
  const [priority, setPriority] = useState(STANDARD);
  const [share, setShare] = useState(STANDARD);
  const create = useAct(
    () =>
      ask(
        v1.operator.routes.$post({
          json: {
            carrier,
            account: account === '' ? null : account,
            country: country === '' ? null : country,
            priority: Number(priority),
            share: Number(share),
          },
        }),
      ),
    ['routes'],
    () => setCountry(''),
  );
  return (
    <FormCard title={say('newRoute')} label={say('addRoute')} act={create} disabled={carrier === ''}>
      <div className="fields">
        <CarrierChoice names={names} value={carrier} onChange={setCarrier} />
        <AccountChoice names={names} value={account} onChange={setAccount} none={say('everyAccount')} />
        <CountryField hint={say('countryOrAllHint')} value={country} onChange={setCountry} />
        <Field label={say('priority')} hint={say('priorityHint')} inputMode="numeric" value={priority} onChange={setPriority} />
        <Field label={say('share')} hint={say('shareHint')} inputMode="numeric" value={share} onChange={setShare} />
      </div>
    </FormCard>
  );
}
