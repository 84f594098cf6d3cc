import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { BrandRequests } from './brands.tsx';
import { DecideTwoWay } from './decide-two-way.tsx';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import { AccountLink } from '../ui/tables/links.tsx';
import { SettingRequests } from './setting-requests.tsx';

export function RequestsPage() {
  const { say, number } = useLocale();
  const found = usePages(['two-way-requests'], (cursor) =>
    ask(v1.operator['two-way-requests'].$get({ query: { limit: '50', ...cursor } })),
  );
  return (
    <>
      <h1>{say('requests')}</h1>
      <List
        label={say('requests')}
        found={found}
        keyOf={({ account }) => account.id}
        empty={{ title: say('noRequests'), hint: say('noRequestsHint') }}
        columns={[
          {
            name: say('account'),
            long: true,
            cell: ({ account }) => (
              <>
                <AccountLink {...account} /> <Badge>{account.platform.toUpperCase()}</Badge>
              </>
            ),
          },
          { name: say('since'), cell: ({ at }) => when(at) },
          { name: say('reason'), long: true, cell: ({ reason }) => reason },
          {
            name: say('expectedVolume'),
            figure: true,
            cell: ({ expectedVolume }) => (expectedVolume === null ? '' : number(expectedVolume)),
          },
          { name: say('refusedBefore'), figure: true, cell: ({ refusedBefore }) => number(refusedBefore) },
          { name: say('decision'), cell: ({ account }) => <DecideTwoWay id={account.id} may={['on', 'refused']} /> },
        ]}
      />
      <BrandRequests />
      <SettingRequests />
    </>
  );
}
