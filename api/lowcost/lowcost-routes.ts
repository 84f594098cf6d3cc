import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv, ApiServices } from '../services.ts';
import { operatorSyncs } from './operator-syncs.ts';

/** What an operator's key opens of lowcost. */
export const operatorLowcostRoutes = (services: ApiServices) => new OpenAPIHono<ApiEnv>().route('/', operatorSyncs(services));
