import type { ApiServices } from '../services.ts';
import { messages } from './messages.ts';
import { operatorInDoubt } from './operator-in-doubt.ts';
import { operatorRestores } from './operator-restores.ts';
import { operatorStatus } from './operator-status.ts';
import { policies } from './policies.ts';
import { operatorUsage, usage } from './usage.ts';
import { operatorSpendLimits, spendLimits } from './spend-limits.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const sendingRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', messages(services))
    .route('/', policies(services))
    .route('/', spendLimits(services))
    .route('/', usage(services));

export const operatorSendingRoutes = (services: ApiServices) =>
  forAnyone()
    .route('/', operatorSpendLimits(services))
    .route('/', operatorUsage(services))
    .route('/', operatorInDoubt(services))
    .route('/', operatorRestores(services))
    .route('/', operatorStatus(services));
