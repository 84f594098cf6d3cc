import { ask, v1 } from './api.ts';
import { isZipped, numberColumnOf, readRecipients, type Recipients } from './recipients.ts';
import { upload } from './upload.ts';

/** Where the recipients of a campaign come from. */
export type Source =
  | { kind: 'typed'; text: string }
  | { kind: 'file'; file: File; beginning: Recipients }
  | { kind: 'list'; id: string }
  | { kind: 'contacts'; tag: string };

export const NO_RECIPIENTS: Source = { kind: 'typed', text: '' };
/** What is typed goes with the campaign; what is longer goes as a file. */
const MOST_TYPED = 1000;

/** What of it can be read here; nothing of what the product holds. */
export function readSource(source: Source): Recipients {
  if (source.kind === 'typed') return readRecipients(source.text);
  return source.kind === 'file' ? source.beginning : { columns: [], rows: [], bare: false };
}

export const isShort = (source: Source, read: Recipients): boolean => source.kind === 'typed' && read.rows.length <= MOST_TYPED;

/** Makes it the list of a draft. */
export async function sendSource(id: string, source: Source, chosen: string | null, progress: (part: number) => void) {
  if (source.kind === 'list' || source.kind === 'contacts') {
    const json = source.kind === 'list' ? { list: source.id } : { contacts: source.tag === '' ? {} : { tags: [source.tag] } };
    await ask(v1.campaigns[':id'].recipients.from.$post({ param: { id }, json }));
    return;
  }
  const read = readSource(source);
  const column = chosen ?? numberColumnOf(read);
  const file = source.kind === 'file' ? source.file : new File([source.text], 'list.csv');
  const bare = read.bare && !isZipped(file);
  const path = `/v1/campaigns/${id}/recipients?${new URLSearchParams({ to: bare ? 'to' : column }).toString()}`;
  await upload({ path, file, header: bare ? 'to\n' : null, progress });
}
