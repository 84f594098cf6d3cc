import type { ApiServices } from '../services.ts';
import { countries, operatorCountries } from './countries.ts';
import { numbers } from './numbers.ts';
import { operatorNumbers } from './operator-numbers.ts';
import { operatorPrices } from './operator-prices.ts';
import { simulation } from './simulation.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const numberRoutes = (services: ApiServices) =>
  forAccounts().route('/', numbers(services)).route('/', countries(services)).route('/', simulation(services));

export const operatorNumberRoutes = (services: ApiServices) =>
  forAnyone().route('/', operatorNumbers(services)).route('/', operatorPrices(services)).route('/', operatorCountries(services));
