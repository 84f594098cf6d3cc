import { z } from '@hono/zod-openapi';
import { flushWithRoom } from '../../database/caps.ts';
import { ConversationNote } from '../../database/conversations/conversation.ts';
import { newId } from '../../database/ids.ts';
import { touch } from '../../database/live.ts';
import { rows, type Sql } from '../../database/sql.ts';
import { findConversation, hiding } from './conversation-view.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { personOf } from './actor-name.ts';
import { notFound } from '../http/problem.ts';
import { forAccounts, created, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** How long a typing sign lasts. */
const BELIEVED_SECONDS = 15;

const NoteView = z
  .object({
    id: Id,
    author: z.string(),
    text: z.string(),
    mentions: z.array(z.string()).openapi({ description: 'E-mail addresses of people whom it names: @anna@shop.example' }),
    createdAt: Time,
  })
  .openapi('ConversationNote');
const NewNote = z.strictObject({ text: z.string().trim().min(1).max(5000) }).openapi('NewConversationNote');
const AnsweringView = z
  .object({
    by: z.string().openapi({ description: 'Who is writing' }),
    mine: z.boolean().openapi({ description: 'Whether that is who asked' }),
  })
  .openapi('Answering');

const route = routesOf('Conversations');
const listNotes = route('get', '/conversations/{id}/notes', 'listConversationNotes', {
  summary: 'What the people of the account say among themselves, newest first. Never sent',
  request: { params: IdParam, query: PageQuery },
  responses: ok('A page', pageOf(NoteView), notFound),
});
const addNote = route('post', '/conversations/{id}/notes', 'addConversationNote', {
  summary: 'Note something for the others, or for one whose e-mail address stands after an @. Never sent',
  request: { params: IdParam, body: body(NewNote) },
  responses: created('Noted', NoteView, notFound),
});
const answering = route('post', '/conversations/{id}/answering', 'tellAnswering', {
  summary: `Tell the others that you are writing an answer, for ${BELIEVED_SECONDS} seconds; who began first stays named`,
  request: { params: IdParam },
  responses: ok('Who is writing', AnsweringView, notFound),
});

const noteView = (note: ConversationNote, hide: ReturnType<typeof hiding>): z.infer<typeof NoteView> =>
  shown(NoteView, note, { text: hide(note.text) });

/** People of the account mentioned by e-mail address after an @. */
async function mentionedIn(sql: Sql, account: string, text: string): Promise<string[]> {
  const named = [...text.toLowerCase().matchAll(/@([^\s@]+@[^\s@]*[^\s@.,;:!?)])/g)].map(([, email]) => email);
  if (named.length === 0) return [];
  const found = await rows<{ email: string }>(sql, 'select email from users where account_id = $1 and lower(email) = any($2)', [
    account,
    named,
  ]);
  return found.map(({ email }) => email);
}

export const conversationPeople = ({ db }: ApiServices) =>
  forAccounts()
    .openapi(listNotes, async (c) => {
      const accountId = c.get('account').id;
      const { id: conversationId, phone } = await findConversation(db.pool, c.req.valid('param').id, c.get('account'));
      const hide = hiding(c.get('account'), phone);
      const find = ({ older, newestFirst }: Place) =>
        db.em().find(ConversationNote, { accountId, conversationId, ...older }, newestFirst);
      return c.json(await pageById(c.req.valid('query'), `notes ${conversationId}`, find, (note) => noteView(note, hide)), 200);
    })
    .openapi(addNote, async (c) => {
      const accountId = c.get('account').id;
      const { id: conversationId, phone } = await findConversation(db.pool, c.req.valid('param').id, c.get('account'));
      const { text } = c.req.valid('json');
      const author = await personOf(db.pool, c.get('keyId'));
      const mentions = await mentionedIn(db.pool, accountId, text);
      const em = db.em();
      const said = { author, text, mentions, createdAt: new Date() };
      const note = em.create(ConversationNote, { id: newId(), accountId, conversationId, ...said });
      await flushWithRoom(db.pool, em, 'notes', { accountId });
      await touch(db.pool, accountId);
      return c.json(noteView(note, hiding(c.get('account'), phone)), 201);
    })
    .openapi(answering, async (c) => {
      const account = c.get('account').id;
      const { id } = c.req.valid('param');
      const { answeringBy: before } = await findConversation(db.pool, id, c.get('account'));
      const me = await personOf(db.pool, c.get('keyId'));
      const [told] = await rows<{ by: string }>(
        db.pool,
        `update conversations set answering_by = $3, answering_until = now() + make_interval(secs => ${BELIEVED_SECONDS})
         where id = $1 and account_id = $2 and (answering_until is null or answering_until <= now() or answering_by = $3)
         returning answering_by as by`,
        [id, account, me],
      );
      if (told && before !== me) await touch(db.pool, account);
      const by = told?.by ?? before ?? me;
      return c.json({ by, mine: by === me }, 200);
    });
