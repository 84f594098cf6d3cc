import { accountEn } from './text-en-account.ts';
import { campaignsEn } from './text-en-campaigns.ts';
import { operatorEn } from './text-en-operator.ts';
import { repliesEn } from './text-en-replies.ts';
import { settingsEn } from './text-en-settings.ts';
import type { moreFr } from './text-fr-more.ts';

export const moreEn: Record<keyof typeof moreFr, string> = {
  ...settingsEn,
  ...campaignsEn,
  ...operatorEn,
  ...accountEn,
  ...repliesEn,
};
