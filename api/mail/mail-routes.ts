import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiEnv, ApiServices } from '../services.ts';
import { mailSuppressions, operatorMailSuppressions } from './mail-suppressions.ts';
import { operatorMail } from './operator-mail.ts';

/** What an account's key opens of mail. */
export const mailRoutes = (services: ApiServices) => new OpenAPIHono<AccountEnv>().route('/', mailSuppressions(services));

/** What an operator's key opens of mail. */
export const operatorMailRoutes = (services: ApiServices) =>
  new OpenAPIHono<ApiEnv>().route('/', operatorMail(services)).route('/', operatorMailSuppressions(services));
