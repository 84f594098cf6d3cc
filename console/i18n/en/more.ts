import { accessEn } from './access.ts';
import { accountEn } from './account.ts';
import { campaignsEn } from './campaigns.ts';
import { contactsEn } from './contacts.ts';
import { operatorEn } from './operator.ts';
import { repliesEn } from './replies.ts';
import { spendEn } from './spend.ts';
import { settingsEn } from './settings.ts';
import type { moreFr } from '../fr/more.ts';

export const moreEn: Record<keyof typeof moreFr, string> = {
  ...accessEn,
  ...settingsEn,
  ...spendEn,
  ...campaignsEn,
  ...contactsEn,
  ...operatorEn,
  ...accountEn,
  ...repliesEn,
};
