import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv, ApiServices } from '../services.ts';
import { operatorSyncs } from './operator-syncs.ts';

/** Routes of lowcost for an operator's key. */
export const operatorLowcostRoutes = (services: ApiServices) => new OpenAPIHono<ApiEnv>().route('/', operatorSyncs(services));
