import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiEnv, ApiServices } from '../services.ts';
import { countries, operatorCountries } from './countries.ts';
import { numbers } from './numbers.ts';
import { operatorNumbers } from './operator-numbers.ts';
import { operatorPrices } from './operator-prices.ts';
import { simulation } from './simulation.ts';

/** Routes of numbers for an account's key. */
export const numberRoutes = (services: ApiServices) =>
  new OpenAPIHono<AccountEnv>().route('/', numbers(services)).route('/', countries(services)).route('/', simulation(services));

/** Routes of numbers for an operator's key. */
export const operatorNumberRoutes = (services: ApiServices) =>
  new OpenAPIHono<ApiEnv>()
    .route('/', operatorNumbers(services))
    .route('/', operatorPrices(services))
    .route('/', operatorCountries(services));
