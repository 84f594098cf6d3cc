import { Tabs } from './ui/tabs.tsx';

export const SettingsPage = () => (
  <Tabs
    label="settings"
    pages={[
      { to: '/settings/callback', word: 'apiCallback' },
      { to: '/settings/keys', word: 'apiKeys' },
      { to: '/settings/sender', word: 'defaultSender' },
      { to: '/settings/keywords', word: 'keywords' },
      { to: '/settings/canned', word: 'canned' },
      { to: '/settings/out-of-hours', word: 'outOfHours' },
      { to: '/settings/policies', word: 'policies' },
      { to: '/settings/contacts', word: 'contacts' },
      { to: '/settings/opt-outs', word: 'optOuts' },
      { to: '/settings/numbers', word: 'numbers' },
      { to: '/settings/privacy', word: 'privacy' },
      { to: '/settings/retention', word: 'retention' },
      { to: '/settings/team', word: 'team' },
      { to: '/settings/audit', word: 'audit' },
      { to: '/settings/sign-on', word: 'signOn' },
    ]}
  />
);
