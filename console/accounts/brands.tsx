import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useNames } from '../carriers/operator-choices.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useAct, useOwner, usePages } from '../query-hooks.ts';
import { Badge, Field, FormCard } from '../ui/components.tsx';
import { ConfirmReason } from '../ui/confirm-button.tsx';
import { List, when } from '../ui/list.tsx';

const TONES = { requested: 'wait', confirmed: 'good', refused: 'bad' } as const;
function State({ state }: { state: keyof typeof TONES }) {
  const { say } = useLocale();
  return <Badge tone={TONES[state]}>{say(`brand.${state}`)}</Badge>;
}

/** An account's sender names, confirmed and requested. */
export function Brands() {
  const { say } = useLocale();
  const owner = useOwner();
  const found = usePages(['brands'], (cursor) => ask(v1.brands.$get({ query: { limit: '50', ...cursor } })));
  const [sender, setSender] = useState('');
  const register = useAct(
    () => ask(v1.brands.$post({ json: { sender: sender.trim() } })),
    ['brands'],
    () => setSender(''),
  );
  return (
    <section>
      <h2>{say('brands')}</h2>
      <p>{say('brandsHint')}</p>
      <List
        label={say('brands')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noBrands'), hint: say('noBrandsHint') }}
        columns={[
          { name: say('sender'), cell: (brand) => <strong>{brand.sender}</strong> },
          { name: say('state'), cell: ({ state }) => <State state={state} /> },
          { name: say('reason'), long: true, cell: ({ reason }) => reason },
          { name: say('since'), cell: ({ decidedAt, createdAt }) => when(decidedAt ?? createdAt) },
        ]}
      />
      {owner ? (
        <FormCard title={say('newBrand')} label={say('askBrand')} act={register} disabled={sender.trim() === ''}>
          <Field label={say('senderName')} hint={say('senderHint')} value={sender} onChange={setSender} />
        </FormCard>
      ) : null}
    </section>
  );
}

/** Requests that await an operator. */
export function BrandRequests() {
  const { say } = useLocale();
  const { nameOf } = useNames();
  const found = usePages(['brands'], (cursor) =>
    ask(v1.operator.brands.$get({ query: { limit: '50', state: 'requested', ...cursor } })),
  );
  return (
    <section>
      <h2>{say('brands')}</h2>
      <List
        label={say('brands')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noBrandRequests'), hint: say('noBrandRequestsHint') }}
        columns={[
          { name: say('account'), long: true, cell: ({ account }) => nameOf(account) },
          { name: say('sender'), cell: ({ sender }) => <strong>{sender}</strong> },
          { name: say('since'), cell: ({ createdAt }) => when(createdAt) },
          {
            name: say('decision'),
            cell: ({ id, sender }) => (
              <div className="row start">
                <Decide id={id} sender={sender} state="confirmed" />
                <Decide id={id} sender={sender} state="refused" />
              </div>
            ),
          },
        ]}
      />
    </section>
  );
}

function Decide({ id, sender, state }: { id: string; sender: string; state: 'confirmed' | 'refused' }) {
  const { say } = useLocale();
  return (
    <ConfirmReason
      kind={state === 'confirmed' ? 'plain' : 'danger'}
      label={say(state === 'confirmed' ? 'confirmBrand' : 'refuse')}
      question={say(state === 'confirmed' ? 'confirmBrandAsk' : 'refuseBrandAsk', { sender })}
      reasonHint={say('reasonHint')}
      act={(reason) => ask(v1.operator.brands[':id'].$put({ param: { id }, json: { state, reason } }))}
      stale={['brands']}
    />
  );
}
