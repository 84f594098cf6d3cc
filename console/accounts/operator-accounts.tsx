import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { FindRun } from '../carriers/find-run.tsx';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import { AccountLink } from '../ui/tables/links.tsx';

export function AccountsPage() {
  const { say } = useLocale();
  const found = usePages(['accounts'], (cursor) => ask(v1.operator.accounts.$get({ query: { limit: '100', ...cursor } })));
  return (
    <>
      <h1>{say('accounts')}</h1>
      <List
        label={say('accounts')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noAccounts'), hint: say('noAccountsHint') }}
        columns={[
          { name: say('name'), long: true, cell: AccountLink },
          { name: say('platform'), cell: ({ platform }) => <Badge>{platform.toUpperCase()}</Badge> },
          { name: say('country'), cell: ({ country }) => country },
          { name: say('twoWay'), cell: ({ twoWay }) => say(`twoWay.${twoWay}`) },
          { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
        ]}
      />
      <FindRun />
    </>
  );
}
