import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { AccountChoice, CountryField, useNames } from '../carriers/operator-choices.tsx';
import { FormCard, Choice, Field } from '../ui/components.tsx';

type Kind = 'segment' | 'number-month';

export function PricesPage() {
  const { say, locale } = useLocale();
  const names = useNames();
  const found = usePages(['prices'], (cursor) => ask(v1.operator.prices.$get({ query: { limit: '100', ...cursor } })));
  return (
    <>
      <h1>{say('prices')}</h1>
      <p>{say('pricesHint')}</p>
      <List
        label={say('prices')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noPrices'), hint: say('noPricesHint') }}
        columns={[
          { name: say('kind'), cell: ({ kind }) => say(`price.${kind}`) },
          { name: say('route'), cell: ({ route }) => (route === null ? null : say(route)) },
          { name: say('country'), cell: ({ country }) => (country === '*' ? say('otherCountries') : country) },
          {
            name: say('account'),
            long: true,
            cell: ({ account }) => (account === null ? say('everyAccount') : names.nameOf(account)),
          },
          {
            name: say('priceWord'),
            figure: true,
            // A segment costs a fraction of a cent.
            cell: ({ price }) =>
              new Intl.NumberFormat(locale, { style: 'currency', currency: price.currency, maximumFractionDigits: 6 }).format(
                Number(price.amount),
              ),
          },
          { name: say('validFrom'), cell: ({ validFrom }) => when(validFrom) },
        ]}
      />
      <NewPrice names={names} />
    </>
  );
}

function NewPrice({ names }: { names: ReturnType<typeof useNames> }) {
  const { say } = useLocale();
  const [kind, setKind] = useState<Kind>('segment');
  const [route, setRoute] = useState<'premium' | 'lowcost'>('premium');
  const [country, setCountry] = useState('');
  const [account, setAccount] = useState('');
  const [amount, setAmount] = useState('');
  const [validFrom, setValidFrom] = useState('');
  const create = useAct(
    () =>
      ask(
        v1.operator.prices.$post({
          json: {
            kind,
            country: country === '' ? '*' : country,
            amount: amount.trim().replace(',', '.'),
            ...(kind === 'segment' ? { route } : {}),
            ...(account === '' ? {} : { account }),
            ...(validFrom === '' ? {} : { validFrom: new Date(validFrom).toISOString() }),
          },
        }),
      ),
    ['prices'],
    () => setAmount(''),
  );
  return (
    <FormCard title={say('newPrice')} label={say('addPrice')} act={create} disabled={amount.trim() === ''}>
      <div className="fields">
        <Choice
          label={say('kind')}
          value={kind}
          onChange={setKind}
          options={(['segment', 'number-month'] as const).map((value) => ({ value, label: say(`price.${value}`) }))}
        />
        {kind === 'segment' ? (
          <Choice
            label={say('route')}
            value={route}
            onChange={setRoute}
            options={(['premium', 'lowcost'] as const).map((value) => ({ value, label: say(value) }))}
          />
        ) : null}
        <CountryField hint={say('countryOrAllHint')} value={country} onChange={setCountry} />
        <AccountChoice names={names} value={account} onChange={setAccount} none={say('everyAccount')} />
        <Field label={say('priceWord')} hint={say('amountHint')} value={amount} onChange={setAmount} />
        <Field
          label={say('validFrom')}
          hint={say('validFromHint')}
          type="datetime-local"
          value={validFrom}
          onChange={setValidFrom}
        />
      </div>
    </FormCard>
  );
}
