import { accountFr } from './text-fr-account.ts';
import { campaignsFr } from './text-fr-campaigns.ts';
import { operatorFr } from './text-fr-operator.ts';
import { repliesFr } from './text-fr-replies.ts';
import { settingsFr } from './text-fr-settings.ts';

/** What is said on other pages than the sign-in and the chat: loaded with them. */
export const moreFr = {
  ...settingsFr,
  ...campaignsFr,
  ...operatorFr,
  ...accountFr,
  ...repliesFr,
} as const;
