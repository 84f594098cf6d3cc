import { Tabs } from './ui/tabs.tsx';

export const OperatorPage = () => (
  <Tabs
    label="operator"
    pages={[
      { to: '/operator/requests', word: 'requests' },
      { to: '/operator/accounts', word: 'accounts' },
      { to: '/operator/carriers', word: 'carriers' },
      { to: '/operator/routes', word: 'routing' },
      { to: '/operator/numbers', word: 'stock' },
      { to: '/operator/prices', word: 'prices' },
      { to: '/operator/syncs', word: 'syncs' },
      { to: '/operator/unattributed', word: 'unattributed' },
      { to: '/operator/countries', word: 'countryRules' },
      { to: '/operator/endpoints', word: 'troubled' },
      { to: '/operator/mail', word: 'mailChannel' },
      { to: '/operator/alarms', word: 'alarms' },
      { to: '/operator/ledger', word: 'ledger' },
      { to: '/operator/audit', word: 'audit' },
      { to: '/operator/sign-on', word: 'signOn' },
    ]}
  />
);
