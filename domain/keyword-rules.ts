/** What happens by itself when a reply begins with a word that the account chose. */
export type KeywordAction =
  | { do: 'answer'; text: string }
  | { do: 'tag'; tag: string }
  | { do: 'opt-out' }
  | { do: 'opt-in' }
  | { do: 'event'; name: string };
