/** In display order. */
export const REPLY_COLUMNS = ['received', 'from', 'text', 'to', 'campaign', 'keyword', 'reference', 'sequence'] as const;
export type ReplyColumn = (typeof REPLY_COLUMNS)[number];

export const USUAL_COLUMNS: readonly ReplyColumn[] = ['received', 'from', 'text', 'to', 'campaign'];

/** No phone number: a view outlives an erased contact. */
export type ReplyViewFilters = {
  search: string | null;
  campaign: string | null;
  keyword: 'stop' | 'start' | 'contact' | 'looks-like-stop' | null;
  /** Of the last so many days. */
  days: number | null;
};

/** Search words as prefixes for `to_tsquery`, folded like the database's `reply_words`; null without any. */
export function searchWords(search: string): string | null {
  const words = search
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]+/g, '')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return words === null ? null : words.map((word) => `${word}:*`).join(' & ');
}
