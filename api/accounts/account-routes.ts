import type { ApiServices } from '../services.ts';
import { account } from './account.ts';
import { brands, operatorBrands } from './brands.ts';
import { closing, operatorClosing } from './closing.ts';
import { operatorAccounts } from './operator-accounts.ts';
import { operatorFind } from './operator-find.ts';
import { operatorPlatform } from './operator-platform.ts';
import { operatorTwoWay } from './operator-two-way.ts';
import { twoWay } from './two-way.ts';
import { forAccounts, forAnyone } from '../http/route.ts';

export const accountRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', brands(services))
    .route('/', account(services))
    .route('/', closing(services))
    .route('/', twoWay(services));

export const operatorAccountRoutes = (services: ApiServices) =>
  forAnyone()
    .route('/', operatorAccounts(services))
    .route('/', operatorClosing(services))
    .route('/', operatorTwoWay(services))
    .route('/', operatorPlatform(services))
    .route('/', operatorFind(services))
    .route('/', operatorBrands(services));
