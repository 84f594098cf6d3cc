import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv, ApiServices } from '../services.ts';
import { operatorAlarms } from './operator-alarms.ts';
import { operatorCarrierTypes } from './operator-carrier-types.ts';
import { operatorCarriers } from './operator-carriers.ts';
import { operatorLines } from './operator-lines.ts';
import { operatorRoutingTable } from './operator-routing.ts';

/** Routes of carriers for an operator's key. */
export const operatorCarrierRoutes = (services: ApiServices) =>
  new OpenAPIHono<ApiEnv>()
    .route('/', operatorCarriers(services))
    .route('/', operatorCarrierTypes(services))
    .route('/', operatorAlarms(services))
    .route('/', operatorLines(services))
    .route('/', operatorRoutingTable(services));
