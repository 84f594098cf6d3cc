import { ask, v1 } from '../api.ts';
import { AskTwoWay } from '../accounts/ask-two-way.tsx';
import { useAccount, useAct, useOwner, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Check, Problem } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ConfirmAct } from '../ui/confirm-button.tsx';

export function NumbersSettings() {
  const { say, money } = useLocale();
  const owner = useOwner();
  const account = useAccount();
  const rented = usePages(['numbers', 'rented'], (cursor) => ask(v1.numbers.$get({ query: { limit: '50', ...cursor } })));
  const offers = usePages(['numbers', 'offers'], (cursor) => ask(v1.numbers.offers.$get({ query: { limit: '20', ...cursor } })));
  const may = owner && account.data?.twoWay === 'on';
  return (
    <>
      <h1>{say('numbers')}</h1>
      <p>{say('numbersHint')}</p>
      {owner ? <AskTwoWay /> : null}
      <h2>{say('rentedNumbers')}</h2>
      <List
        label={say('rentedNumbers')}
        found={rented}
        keyOf={({ id }) => id}
        empty={{ title: say('noNumbers'), hint: say('noNumbersHint') }}
        columns={[
          { name: say('number'), cell: ({ number }) => phoneText(number) },
          { name: say('country'), cell: ({ country }) => country },
          { name: say('perMonth'), figure: true, cell: ({ pricePerMonth }) => money(pricePerMonth) },
          { name: say('until'), cell: ({ rentedUntil }) => when(rentedUntil) ?? say('withoutEnd') },
          { name: say('action'), shown: owner, cell: (each) => <Rented {...each} /> },
        ]}
      />
      <h2>{say('offers')}</h2>
      <List
        label={say('offers')}
        found={offers}
        keyOf={({ id }) => id}
        empty={{ title: say('noOffers'), hint: say('noOffersHint') }}
        columns={[
          { name: say('number'), cell: ({ number }) => phoneText(number) },
          { name: say('country'), cell: ({ country }) => country },
          { name: say('perMonth'), figure: true, cell: ({ pricePerMonth }) => money(pricePerMonth) },
          { name: say('action'), shown: may, cell: ({ number }) => <Rent number={number} /> },
        ]}
      />
    </>
  );
}

function Rent({ number }: { number: string }) {
  const { say } = useLocale();
  const rent = useAct(() => ask(v1.numbers.rent.$post({ json: { number } })), ['numbers']);
  return (
    <>
      <Action
        aria-label={say('rentOne', { number: phoneText(number) })}
        isDisabled={rent.isPending}
        onPress={() => rent.mutate()}
      >
        {say('rent')}
      </Action>
      <Problem error={rent.error} />
    </>
  );
}

function Rented({ id, number, renews }: { id: string; number: string; renews: boolean }) {
  const { say } = useLocale();
  const param = { id };
  const change = useAct((next: boolean) => ask(v1.numbers[':id'].$patch({ param, json: { renews: next } })), ['numbers']);
  return (
    <>
      <Check label={say('renews')} value={renews} onChange={(next) => change.mutate(next)} />
      <Problem error={change.error} />
      <ConfirmAct
        label={say('release')}
        question={say('releaseAsk', { number: phoneText(number) })}
        hint={say('releaseHint')}
        act={() => ask(v1.numbers[':id'].release.$post({ param }))}
        stale={['numbers']}
      />
    </>
  );
}
