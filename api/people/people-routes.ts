import type { ApiServices } from '../services.ts';
import { auditEntries, operatorAuditEntries } from './audit-entries.ts';
import { keys } from './keys.ts';
import { operatorKeys } from './operator-keys.ts';
import { operatorUsers } from './operator-users.ts';
import { operatorSignOn, signOnSettings } from './sign-on-settings.ts';
import { signInPolicy } from './sign-in-policy.ts';
import { users } from './users.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const peopleRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', users(services))
    .route('/', keys(services))
    .route('/', signInPolicy(services))
    .route('/', signOnSettings(services))
    .route('/', auditEntries(services));

export const operatorPeopleRoutes = (services: ApiServices) =>
  forAnyone()
    .route('/', operatorUsers(services))
    .route('/', operatorKeys(services))
    .route('/', operatorAuditEntries(services))
    .route('/', operatorSignOn(services));
