import { ask, v1 } from '../../api.ts';
import { columnsOf, isZipped, readRecipients, type Columns, type Recipients } from './recipients.ts';
import { upload } from './upload.ts';

export type Source =
  | { kind: 'typed'; text: string }
  /** `keepAs`: saved-list name, or empty. `kept`: the file as stored with the draft; null when too large. */
  | { kind: 'file'; file: File; beginning: Recipients; keepAs: string; kept: string | null }
  | { kind: 'list'; id: string }
  | { kind: 'contacts'; tag: string }
  /** The draft's list. */
  | { kind: 'kept' };

export const NO_RECIPIENTS: Source = { kind: 'typed', text: '' };
/** More rows than this are sent as a file. */
const MOST_TYPED = 1000;

/** The rows read in the browser; none of a list on the server. */
export function readSource(source: Source): Recipients {
  if (source.kind === 'typed') return readRecipients(source.text);
  return source.kind === 'file' ? source.beginning : { columns: [], rows: [], bare: false };
}

export const isShort = (source: Source, read: Recipients): boolean => source.kind === 'typed' && read.rows.length <= MOST_TYPED;

type Sending = { source: Source; chosen: Partial<Columns>; progress: (part: number) => void };

/** Sends the source as a draft's list. */
export async function sendSource(id: string, { source, chosen, progress }: Sending): Promise<void> {
  if (source.kind === 'kept') return;
  if (source.kind === 'list') return takeFrom(id, { list: source.id });
  if (source.kind === 'contacts') return takeFrom(id, { contacts: source.tag === '' ? {} : { tags: [source.tag] } });
  const read = readSource(source);
  const file = source.kind === 'file' ? source.file : new File([source.text], 'list.csv');
  const bare = read.bare && !isZipped(file);
  const { to, reference } = columnsOf(read, chosen);
  const names = new URLSearchParams({ to: bare ? 'to' : to, ...(reference === '' ? {} : { reference }) }).toString();
  const sent = { file, header: bare ? 'to\n' : null, progress };
  if (source.kind === 'typed' || source.keepAs === '')
    return upload({ ...sent, path: `/v1/campaigns/${id}/recipients?${names}` });
  const list = await listNamed(source.keepAs);
  await upload({ ...sent, method: 'PUT', path: `/v1/lists/${list}/rows?${names}` });
  return takeFrom(id, { list });
}

async function takeFrom(id: string, json: { list: string } | { contacts: { tags?: string[] } }): Promise<void> {
  await ask(v1.campaigns[':id'].recipients.from.$post({ param: { id }, json }));
}

/** The list of that name, created if missing. */
async function listNamed(name: string): Promise<string> {
  const { items } = await ask(v1.lists.$get({ query: { limit: '200' } }));
  return items.find((list) => list.name === name)?.id ?? (await ask(v1.lists.$post({ json: { name } }))).id;
}
