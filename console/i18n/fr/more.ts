import { accessFr } from './access.ts';
import { accountFr } from './account.ts';
import { campaignsFr } from './campaigns.ts';
import { contactsFr } from './contacts.ts';
import { operatorFr } from './operator.ts';
import { repliesFr } from './replies.ts';
import { spendFr } from './spend.ts';
import { settingsFr } from './settings.ts';

/** Words of all pages but the sign-in and the chat: loaded with them. */
export const moreFr = {
  ...accessFr,
  ...settingsFr,
  ...spendFr,
  ...campaignsFr,
  ...contactsFr,
  ...operatorFr,
  ...accountFr,
  ...repliesFr,
} as const;
