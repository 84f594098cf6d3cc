import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { AccountChoice, CarrierChoice, CountryField, useNames } from '../carriers/operator-choices.tsx';
import { FormCard, Badge, Choice, Field } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ConfirmReason } from '../ui/confirm-button.tsx';

const KINDS = ['short-code', 'virtual', 'sim'] as const;
type Kind = (typeof KINDS)[number];

export function OperatorNumbersPage() {
  const { say, number } = useLocale();
  const names = useNames();
  const [kind, setKind] = useState<Kind | ''>('');
  const found = usePages(['stock', kind], (cursor) =>
    ask(v1.operator.numbers.$get({ query: { limit: '100', ...(kind === '' ? {} : { kind }), ...cursor } })),
  );
  return (
    <>
      <h1>{say('stock')}</h1>
      <p>{say('stockHint')}</p>
      <div className="filters">
        <Choice
          label={say('numberKind')}
          value={kind}
          onChange={setKind}
          options={[
            { value: '', label: say('allStates') },
            ...KINDS.map((value) => ({ value, label: say(`numberKind.${value}`) })),
          ]}
        />
      </div>
      <List
        label={say('stock')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noStock'), hint: say('noStockHint') }}
        columns={[
          { name: say('number'), cell: (each) => phoneText(each.number) },
          { name: say('numberKind'), cell: (each) => <Badge>{say(`numberKind.${each.kind}`)}</Badge> },
          { name: say('country'), cell: ({ country }) => country },
          { name: say('carrier'), cell: ({ carrier }) => names.nameOf(carrier) },
          { name: say('port'), figure: true, cell: ({ port }) => (port === null ? null : number(port)) },
          { name: say('renter'), cell: ({ account }) => names.nameOf(account) },
          {
            name: say('until'),
            cell: ({ account, rentedUntil, restsUntil }) =>
              account === null
                ? restsUntil && (
                    <>
                      {say('restsUntil')} {when(restsUntil)}
                    </>
                  )
                : (when(rentedUntil) ?? say('withoutEnd')),
          },
          {
            name: say('action'),
            cell: ({ id, number: which, account, kind: of }) =>
              account !== null && of === 'virtual' ? (
                <ConfirmReason
                  label={say('takeBack')}
                  question={say('takeBackAsk', { number: phoneText(which) })}
                  hint={say('takeBackHint')}
                  reasonHint={say('reasonHint')}
                  act={(reason) => ask(v1.operator.numbers[':id'].release.$post({ param: { id }, json: { reason } }))}
                  stale={['stock']}
                />
              ) : null,
          },
        ]}
      />
      <NewNumber names={names} />
    </>
  );
}

function NewNumber({ names }: { names: ReturnType<typeof useNames> }) {
  const { say } = useLocale();
  const [kind, setKind] = useState<Kind>('virtual');
  const [number, setNumber] = useState('');
  const [carrier, setCarrier] = useState('');
  const [country, setCountry] = useState('FR');
  const [port, setPort] = useState('');
  const [account, setAccount] = useState('');
  const create = useAct(
    () =>
      ask(
        v1.operator.numbers.$post({
          json: {
            kind,
            number: number.trim(),
            carrier,
            country,
            ...(kind === 'sim' && port !== '' ? { port: Number(port) } : {}),
            ...(kind === 'virtual' && account !== '' ? { account } : {}),
          },
        }),
      ),
    ['stock'],
    () => {
      setNumber('');
      setPort('');
    },
  );
  return (
    <FormCard title={say('newNumber')} label={say('addNumber')} act={create} disabled={number.trim() === '' || carrier === ''}>
      <div className="fields">
        <Choice
          label={say('numberKind')}
          value={kind}
          onChange={setKind}
          options={KINDS.map((value) => ({ value, label: say(`numberKind.${value}`) }))}
        />
        <Field label={say('number')} hint={say(`numberHint.${kind}`)} value={number} onChange={setNumber} />
        <CarrierChoice names={names} value={carrier} onChange={setCarrier} />
        <CountryField hint={say('countryCodeHint')} value={country} onChange={setCountry} />
        {kind === 'sim' ? (
          <Field label={say('port')} hint={say('portHint')} inputMode="numeric" value={port} onChange={setPort} />
        ) : null}
        {kind === 'virtual' ? <AccountChoice names={names} value={account} onChange={setAccount} none={say('onOffer')} /> : null}
      </div>
    </FormCard>
  );
}
