import type { ApiServices } from '../services.ts';
import { operatorAlarms } from './operator-alarms.ts';
import { operatorCarrierTypes } from './operator-carrier-types.ts';
import { operatorCarriers } from './operator-carriers.ts';
import { operatorLines } from './operator-lines.ts';
import { operatorRoutingTable } from './operator-routing.ts';
import { forAnyone } from '../http/route.ts';

export const operatorCarrierRoutes = (services: ApiServices) =>
  forAnyone()
    .route('/', operatorCarriers(services))
    .route('/', operatorCarrierTypes(services))
    .route('/', operatorAlarms(services))
    .route('/', operatorLines(services))
    .route('/', operatorRoutingTable(services));
