import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Action, Field, Problem } from './parts.tsx';
import type { Word } from './text-fr.ts';

const words = {
  off: 'twoWayOff',
  requested: 'twoWayRequested',
  on: 'twoWayOn',
  refused: 'twoWayRefused',
} as const satisfies Record<string, Word>;

async function readAccounts() {
  const response = await v1.operator.accounts.$get({ query: { limit: '200' } });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}
type Account = Awaited<ReturnType<typeof readAccounts>>['items'][number];

export function OperatorPage() {
  const { say, time } = useLocale();
  const { data, error, refetch } = useQuery({ queryKey: ['accounts'], queryFn: readAccounts });
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!data) return <p>{say('loading')}</p>;
  return (
    <div className="page">
      <h1>{say('accounts')}</h1>
      <div className="wide" tabIndex={0} role="region" aria-label={say('accounts')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('name')}</th>
              <th scope="col">{say('created')}</th>
              <th scope="col">{say('twoWay')}</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((account) => (
              <tr key={account.id}>
                <td>
                  {account.name} <span className="badge">{account.platform.toUpperCase()}</span>
                </td>
                <td>
                  <time dateTime={account.createdAt}>{time(account.createdAt)}</time>
                </td>
                <td>
                  {say(words[account.twoWay])}
                  {account.twoWay === 'requested' ? <Decide account={account} /> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** What was asked, and the operator's word on it. */
function Decide({ account }: { account: Account }) {
  const { say } = useLocale();
  const queries = useQueryClient();
  const asked = account.twoWayHistory.at(-1);
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: async (state: 'on' | 'refused') => {
      const response = await v1.operator.accounts[':id']['two-way'].$put({ param: { id: account.id }, json: { state, reason } });
      if (!response.ok) throw await refusalOf(response);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['accounts'] }),
  });
  return (
    <div className="decide">
      <p>
        {asked?.reason}
        {asked?.expectedVolume ? ` (${say('expectedVolume')} : ${asked.expectedVolume})` : null}
      </p>
      <Field label={say('reason')} value={reason} onChange={setReason} />
      <Problem error={decide.error} />
      <div className="row">
        <Action kind="main" isDisabled={reason === ''} onPress={() => decide.mutate('on')}>
          {say('approve')}
        </Action>
        <Action kind="danger" isDisabled={reason === ''} onPress={() => decide.mutate('refused')}>
          {say('refuse')}
        </Action>
      </div>
    </div>
  );
}
