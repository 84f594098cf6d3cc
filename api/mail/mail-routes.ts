import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiEnv, ApiServices } from '../services.ts';
import { mailSuppressions, operatorMailSuppressions } from './mail-suppressions.ts';
import { operatorMail } from './operator-mail.ts';

/** Routes of mail for an account's key. */
export const mailRoutes = (services: ApiServices) => new OpenAPIHono<AccountEnv>().route('/', mailSuppressions(services));

/** Routes of mail for an operator's key. */
export const operatorMailRoutes = (services: ApiServices) =>
  new OpenAPIHono<ApiEnv>().route('/', operatorMail(services)).route('/', operatorMailSuppressions(services));
