import type { ApiServices } from '../services.ts';
import { contactsCsv } from './contacts-csv.ts';
import { contacts } from './contacts.ts';
import { optOuts } from './opt-outs.ts';
import { forAccounts } from '../http/route.ts';

export const contactRoutes = (services: ApiServices) =>
  forAccounts().route('/', optOuts(services)).route('/', contacts(services)).route('/', contactsCsv(services));
