import type { ApiServices } from '../services.ts';
import { operatorSettingRequests } from './operator-setting-requests.ts';
import { replySettingsRoutes } from './reply-settings.ts';
import { settingRequests } from './setting-requests.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const replySettingRoutes = (services: ApiServices) =>
  forAccounts().route('/', replySettingsRoutes(services)).route('/', settingRequests(services));

export const operatorReplySettingRoutes = (services: ApiServices) => forAnyone().route('/', operatorSettingRequests(services));
