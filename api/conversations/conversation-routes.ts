import type { ApiServices } from '../services.ts';
import { cannedAnswers } from './canned-answers.ts';
import { conversationEntries } from './conversation-entries.ts';
import { conversationPeople } from './conversation-people.ts';
import { conversationStart } from './conversation-start.ts';
import { conversations } from './conversations.ts';
import { inboxViews } from './inbox-views.ts';
import { stream } from './live-stream.ts';
import { forAccounts } from '../http/route.ts';

export const conversationRoutes = (services: ApiServices) =>
  forAccounts()
    .route('/', conversations(services))
    .route('/', conversationStart(services))
    .route('/', conversationEntries(services))
    .route('/', conversationPeople(services))
    .route('/', cannedAnswers(services))
    .route('/', inboxViews(services))
    .route('/', stream(services));
