import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiEnv, ApiServices } from '../services.ts';
import { operatorSettingRequests } from './operator-setting-requests.ts';
import { replySettingsRoutes } from './reply-settings.ts';
import { settingRequests } from './setting-requests.ts';

/** What an account's key opens of reply settings. */
export const replySettingRoutes = (services: ApiServices) =>
  new OpenAPIHono<AccountEnv>().route('/', replySettingsRoutes(services)).route('/', settingRequests(services));

/** What an operator's key opens of reply settings. */
export const operatorReplySettingRoutes = (services: ApiServices) =>
  new OpenAPIHono<ApiEnv>().route('/', operatorSettingRequests(services));
