import { Refusal, type Fault } from '../../api.ts';
import type { Composed } from './draft-model.ts';
import type { Step } from './composition.ts';
import type { Preview } from './use-preview.ts';
import type { Word } from '../../i18n/fr/index.ts';

/** Fields that errors belong to. */
export type Place = 'name' | 'text' | 'recipients' | 'sender' | 'sendAt' | 'keyword';
export type Trouble = { place: Place; code: string; detail: string; errors: Fault[] };

export const STEP_OF: Record<Place, Step> = {
  name: 'message',
  text: 'message',
  recipients: 'recipients',
  sender: 'options',
  sendAt: 'options',
  keyword: 'options',
};

const FIELDS: Record<string, Place> = { name: 'name', text: 'text', sendAt: 'sendAt', keyword: 'keyword', to: 'recipients' };
const placeOf = (code: string, { field, row }: Fault): Place =>
  code === 'invalid-rows' || row !== undefined || field.startsWith('recipients') ? 'recipients' : (FIELDS[field] ?? 'sender');

/** Errors of the preview by field. */
export function troublesOf(preview: Preview | undefined, error: unknown): Trouble[] {
  const refused =
    error instanceof Refusal && error.faults.length > 0
      ? [{ code: error.code, detail: error.message, errors: error.faults }]
      : [];
  return [...(preview?.refusals ?? []), ...refused].flatMap(({ code, detail, errors }): Trouble[] => {
    if (code === 'no-reply-code' || errors.length === 0) return [{ place: 'sender', code, detail, errors }];
    const places = Map.groupBy(errors, (each) => placeOf(code, each));
    return [...places].map(([place, own]) => ({ place, code, detail, errors: own }));
  });
}

/** Empty required fields. */
export const missingIn = ({ name, text, later, sendAt }: Composed, nobody: boolean): Partial<Record<Place, Word>> => ({
  ...(name.trim() === '' ? { name: 'nameMissing' } : {}),
  ...(text.trim() === '' ? { text: 'textMissing' } : {}),
  ...(nobody ? { recipients: 'recipientsMissing' } : {}),
  ...(later && sendAt === '' ? { sendAt: 'sendAtMissing' } : {}),
});
