import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiEnv, ApiServices } from '../services.ts';
import { operatorSettingRequests } from './operator-setting-requests.ts';
import { replySettingsRoutes } from './reply-settings.ts';
import { settingRequests } from './setting-requests.ts';

/** Routes of reply settings for an account's key. */
export const replySettingRoutes = (services: ApiServices) =>
  new OpenAPIHono<AccountEnv>().route('/', replySettingsRoutes(services)).route('/', settingRequests(services));

/** Routes of reply settings for an operator's key. */
export const operatorReplySettingRoutes = (services: ApiServices) =>
  new OpenAPIHono<ApiEnv>().route('/', operatorSettingRequests(services));
