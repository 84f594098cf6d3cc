import type { ApiServices } from '../services.ts';
import { operatorSyncs } from './operator-syncs.ts';
import { forAnyone } from '../http/route.ts';

export const operatorLowcostRoutes = (services: ApiServices) => forAnyone().route('/', operatorSyncs(services));
