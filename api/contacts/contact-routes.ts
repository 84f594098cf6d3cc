import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiServices } from '../services.ts';
import { contactsCsv } from './contacts-csv.ts';
import { contacts } from './contacts.ts';
import { optOuts } from './opt-outs.ts';

/** Routes of contacts for an account's key. */
export const contactRoutes = (services: ApiServices) =>
  new OpenAPIHono<AccountEnv>().route('/', optOuts(services)).route('/', contacts(services)).route('/', contactsCsv(services));
