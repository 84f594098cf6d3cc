import { OpenAPIHono } from '@hono/zod-openapi';
import type { AccountEnv, ApiServices } from '../services.ts';
import { contactsCsv } from './contacts-csv.ts';
import { contacts } from './contacts.ts';
import { optOuts } from './opt-outs.ts';

/** What an account's key opens of contacts. */
export const contactRoutes = (services: ApiServices) =>
  new OpenAPIHono<AccountEnv>().route('/', optOuts(services)).route('/', contacts(services)).route('/', contactsCsv(services));
