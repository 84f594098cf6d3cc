import type { Hono } from 'hono';
import type { AccountEnv, ApiServices } from '../services.ts';
import { octopushV0, octopushV0Without } from './octopush-v0/routes.ts';
import { octopushV2 } from './octopush-v2/routes.ts';

/** Other providers' APIs; none of our own paths begins like these. */
const DIALECTS: { title: string; path: string; routes: (services: ApiServices) => Hono<AccountEnv> }[] = [
  { title: 'Octopush, V2', path: '/v1/public', routes: octopushV2 },
  { title: 'Octopush, V0', path: '/api', routes: octopushV0 },
  { title: 'Octopush, V0: accounts below an account', path: '/api_sub', routes: octopushV0Without(207) },
  { title: 'Octopush, V0: batches of WooCommerce', path: '/api_wooc_os', routes: octopushV0Without(500) },
  { title: 'Octopush, V0: batches of Magento', path: '/api_mag_ss', routes: octopushV0Without(500) },
];

export type ForeignApi = { title: string; path: string; app: Hono<AccountEnv>; calls: string[] };

export const foreignApis = (services: ApiServices): ForeignApi[] =>
  DIALECTS.map(({ title, path, routes }) => {
    const app = routes(services);
    const calls = app.routes.filter((each) => !/\*|\/$/.test(each.path)).map((each) => `${each.method} ${path}${each.path}`);
    return { title, path, app, calls: [...new Set(calls)] };
  });
