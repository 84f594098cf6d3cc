import type { ApiServices } from '../services.ts';
import { operatorSyncs } from './operator-syncs.ts';
import { forAnyone } from '../http/route.ts';

/** Routes of lowcost for an operator's key. */
export const operatorLowcostRoutes = (services: ApiServices) => forAnyone().route('/', operatorSyncs(services));
