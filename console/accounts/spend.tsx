import { useQuery, type QueryKey } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner } from '../query-hooks.ts';
import { Field, FormCard } from '../ui/components.tsx';
import { Facts, Loaded, Table } from '../ui/list.tsx';

type Limits = InferResponseType<(typeof v1)['spend-limits']['$get'], 200>;
type Usage = InferResponseType<typeof v1.usage.$get, 200>;
type Amounts = { day: string | null; month: string | null };
type Ways = {
  stale: QueryKey;
  limits: () => Promise<Limits>;
  usage: () => Promise<Usage>;
  /** Whose limits are set. */
  by: 'own' | 'operator';
  set: (amounts: Amounts) => Promise<unknown>;
  may: boolean;
};

export function SpendSettings() {
  const { say } = useLocale();
  const owner = useOwner();
  return (
    <>
      <h1>{say('spend')}</h1>
      <p>{say('spendHint')}</p>
      <Spend
        stale={['spend']}
        limits={() => ask(v1['spend-limits'].$get())}
        usage={() => ask(v1.usage.$get())}
        by="own"
        set={(json) => ask(v1['spend-limits'].$patch({ json }))}
        may={owner}
      />
    </>
  );
}

/** An operator's view: sets limits above the account's own. */
export function AccountSpend({ id }: { id: string }) {
  const { say } = useLocale();
  const param = { id };
  const one = v1.operator.accounts[':id'];
  return (
    <section>
      <h2>{say('spend')}</h2>
      <Spend
        stale={['accounts', id, 'spend']}
        limits={() => ask(one['spend-limits'].$get({ param }))}
        usage={() => ask(one.usage.$get({ param }))}
        by="operator"
        set={(json) => ask(one['spend-limits'].$patch({ param, json }))}
        may
      />
    </section>
  );
}

function Spend({ stale, limits, usage, ...how }: Ways) {
  const { say, number, money, monthOf, time } = useLocale();
  const found = useQuery({ queryKey: stale, queryFn: () => Promise.all([limits(), usage()]) });
  return (
    <Loaded of={found}>
      {([now, { months }]) => (
        <>
          {now.heldUntil ? <p className="notice">{say('spendHeld', { at: time(now.heldUntil) })}</p> : null}
          <Facts
            facts={[
              [say('spentDay'), money(now.spent.day)],
              [say('spentMonth'), money(now.spent.month)],
              [
                say(how.by === 'own' ? 'limitOfOperator' : 'limitOfAccount'),
                <Both key="other" of={how.by === 'own' ? now.operator : now.own} />,
              ],
            ]}
          />
          {how.may ? <SetLimits key={JSON.stringify(now[how.by])} now={now[how.by]} stale={stale} {...how} /> : null}
          {months.length === 0 ? (
            <p>{say('nothingSpent')}</p>
          ) : (
            <Table
              label={say('byMonth')}
              rows={months}
              keyOf={({ month }) => month}
              columns={[
                { name: say('month'), cell: ({ month }) => monthOf(month) },
                { name: say('campaigns'), figure: true, cell: ({ campaigns }) => number(campaigns) },
                { name: say('messages'), figure: true, cell: ({ messages }) => number(messages) },
                { name: say('messagesCost'), figure: true, cell: ({ messagesCost }) => money(messagesCost) },
                { name: say('numbersCost'), figure: true, cell: ({ numbersCost }) => money(numbersCost) },
              ]}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

/** Daily and monthly limit in one line. */
function Both({ of: { day, month } }: { of: Limits['own'] }) {
  const { say, money } = useLocale();
  if (day === null && month === null) return say('noLimit');
  return [day && say('aDay', { amount: money(day) }), month && say('aMonth', { amount: money(month) })]
    .filter(Boolean)
    .join(' · ');
}

function SetLimits({ now, stale, by, set }: Pick<Ways, 'stale' | 'by' | 'set'> & { now: Limits['own'] }) {
  const { say } = useLocale();
  const [day, setDay] = useState(now.day?.amount ?? '');
  const [month, setMonth] = useState(now.month?.amount ?? '');
  const amountOf = (text: string): string | null => (text.trim() === '' ? null : text.trim().replace(',', '.'));
  const save = useAct(() => set({ day: amountOf(day), month: amountOf(month) }), stale);
  return (
    <FormCard title={say(by === 'own' ? 'ownLimits' : 'limitOfOperator')} label={say('save')} act={save}>
      <p>{say(by === 'own' ? 'ownLimitsHint' : 'operatorLimitsHint')}</p>
      <div className="fields">
        <Field label={say('limitDay')} inputMode="numeric" value={day} onChange={setDay} />
        <Field label={say('limitMonth')} inputMode="numeric" value={month} onChange={setMonth} />
      </div>
    </FormCard>
  );
}
