import type { ApiServices } from '../services.ts';
import { keywordRules } from './keyword-rules.ts';
import { operatorUnattributed } from './operator-unattributed.ts';
import { outOfHours } from './out-of-hours.ts';
import { repliesExport } from './replies-export.ts';
import { replies } from './replies.ts';
import { operatorAttribution, replyAttribution } from './reply-attribution.ts';
import { replyViews } from './reply-views.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const replyRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', replies(services))
    .route('/', replyAttribution(services))
    .route('/', keywordRules(services))
    .route('/', outOfHours(services))
    .route('/', repliesExport(services))
    .route('/', replyViews(services));

export const operatorReplyRoutes = (services: ApiServices) =>
  forAnyone().route('/', operatorUnattributed(services)).route('/', operatorAttribution(services));
