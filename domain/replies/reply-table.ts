/** The columns of the table of received SMS, in the order in which it shows them. */
export const REPLY_COLUMNS = ['received', 'from', 'text', 'to', 'campaign', 'keyword', 'reference', 'sequence'] as const;
export type ReplyColumn = (typeof REPLY_COLUMNS)[number];

/** The columns of a table that nobody has changed. */
export const USUAL_COLUMNS: readonly ReplyColumn[] = ['received', 'from', 'text', 'to', 'campaign'];

/** The filters of a saved view. No phone number: a view outlives whoever asks to be forgotten. */
export type ReplyViewFilters = {
  search: string | null;
  campaign: string | null;
  keyword: 'stop' | 'start' | 'contact' | 'looks-like-stop' | null;
  /** Of the last so many days. */
  days: number | null;
};

/**
 * The words of a search as PostgreSQL's `to_tsquery` takes them, each as the beginning of one, case and accents aside; null where
 * there is none. `reply_words` of the database folds what is looked through in the same way.
 */
export function searchWords(search: string): string | null {
  const words = search
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]+/g, '')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return words === null ? null : words.map((word) => `${word}:*`).join(' & ');
}
