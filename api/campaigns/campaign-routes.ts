import type { ApiServices } from '../services.ts';
import { analytics } from './analytics.ts';
import { campaignResults } from './campaign-results.ts';
import { campaigns } from './campaigns.ts';
import { draftChanges } from './change-draft.ts';
import { compositions } from './compositions.ts';
import { drafts } from './drafts.ts';
import { listPreviews } from './list-preview.ts';
import { lists } from './lists.ts';
import { operatorLatency } from './latency.ts';
import { previews } from './preview.ts';
import { rescheduling } from './reschedule.ts';
import { savedLists } from './saved-lists.ts';
import { writeAgain } from './write-again.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const campaignRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', campaigns(services))
    .route('/', campaignResults(services))
    .route('/', previews(services))
    .route('/', listPreviews(services))
    .route('/', compositions(services))
    .route('/', drafts(services))
    .route('/', draftChanges(services))
    .route('/', writeAgain(services))
    .route('/', rescheduling(services))
    .route('/', lists(services))
    .route('/', savedLists(services))
    .route('/', analytics(services));

export const operatorCampaignRoutes = (services: ApiServices) => forAnyone().route('/', operatorLatency(services));
