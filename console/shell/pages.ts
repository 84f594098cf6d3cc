import type { LinkProps } from '@tanstack/react-router';
import type { Word } from '../i18n/fr/index.ts';

export type Pages = { word: Word; items: { to: NonNullable<LinkProps['to']>; word: Word }[] }[];

/** The settings of an account, by subject. */
export const SETTINGS: Pages = [
  {
    word: 'group.account',
    items: [
      { to: '/settings/team', word: 'team' },
      { to: '/settings/spend', word: 'spend' },
      { to: '/settings/sign-on', word: 'signOn' },
      { to: '/settings/audit', word: 'audit' },
    ],
  },
  {
    word: 'group.messages',
    items: [
      { to: '/settings/sender', word: 'sender' },
      { to: '/settings/numbers', word: 'numbers' },
      { to: '/settings/policies', word: 'policies' },
      { to: '/settings/opt-outs', word: 'optOuts' },
      { to: '/settings/out-of-hours', word: 'outOfHours' },
      { to: '/settings/canned', word: 'canned' },
      { to: '/settings/keywords', word: 'keywords' },
    ],
  },
  {
    word: 'group.integration',
    items: [
      { to: '/settings/callback', word: 'callbacks' },
      { to: '/settings/keys', word: 'apiKeys' },
    ],
  },
  {
    word: 'group.data',
    items: [
      { to: '/settings/retention', word: 'retention' },
      { to: '/settings/privacy', word: 'privacy' },
    ],
  },
];

export const OPERATOR: Pages = [
  {
    word: 'group.state',
    items: [
      { to: '/operator/status', word: 'status' },
      { to: '/operator/alarms', word: 'alarms' },
      { to: '/operator/endpoints', word: 'troubled' },
      { to: '/operator/unattributed', word: 'unattributed' },
      { to: '/operator/mail', word: 'mailChannel' },
    ],
  },
  {
    word: 'group.clients',
    items: [
      { to: '/operator/accounts', word: 'accounts' },
      { to: '/operator/requests', word: 'requests' },
      { to: '/operator/prices', word: 'prices' },
    ],
  },
  {
    word: 'group.network',
    items: [
      { to: '/operator/carriers', word: 'carriers' },
      { to: '/operator/routes', word: 'routing' },
      { to: '/operator/numbers', word: 'stock' },
      { to: '/operator/countries', word: 'countryRules' },
      { to: '/operator/syncs', word: 'syncs' },
    ],
  },
  {
    word: 'group.data',
    items: [
      { to: '/operator/ledger', word: 'ledger' },
      { to: '/operator/audit', word: 'audit' },
      { to: '/operator/sign-on', word: 'signOn' },
    ],
  },
];
