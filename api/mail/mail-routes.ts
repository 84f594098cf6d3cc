import type { ApiServices } from '../services.ts';
import { mailSuppressions, operatorMailSuppressions } from './mail-suppressions.ts';
import { operatorMail } from './operator-mail.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const mailRoutes = (services: ApiServices) => forAccounts().route('/', mailSuppressions(services));

export const operatorMailRoutes = (services: ApiServices) =>
  forAnyone().route('/', operatorMail(services)).route('/', operatorMailSuppressions(services));
