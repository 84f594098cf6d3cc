import type { ApiServices } from '../services.ts';
import { callbackEndpoints } from './callback-endpoints.ts';
import { deliveries } from './deliveries.ts';
import { endpointHealth } from './endpoint-health.ts';
import { endpointSecrets } from './endpoint-secrets.ts';
import { endpointStates } from './endpoint-states.ts';
import { endpointTest } from './endpoint-test.ts';
import { eventsRoutes } from './events.ts';
import { operatorDeliveries } from './operator-deliveries.ts';
import { operatorEndpoints } from './operator-endpoints.ts';
import { operatorLedger } from './operator-ledger.ts';
import { operatorLinks } from './operator-links.ts';
import { replays } from './replays.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const callbackRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', callbackEndpoints(services))
    .route('/', endpointSecrets(services))
    .route('/', endpointHealth(services))
    .route('/', endpointStates(services))
    .route('/', endpointTest(services))
    .route('/', deliveries(services))
    .route('/', replays(services))
    .route('/', eventsRoutes(services));

export const operatorCallbackRoutes = (services: ApiServices) =>
  forAnyone()
    .route('/', operatorLinks(services))
    .route('/', operatorEndpoints(services))
    .route('/', operatorDeliveries(services))
    .route('/', operatorLedger(services));
