import type { Word } from './fr/index.ts';

const FIELDS: Record<string, Word> = {
  name: 'name',
  text: 'text',
  reason: 'reason',
  email: 'email',
  address: 'email',
  url: 'address',
  word: 'word',
  phone: 'filterNumber',
  number: 'filterNumber',
  to: 'filterNumber',
  country: 'country',
  defaultSender: 'sender',
  password: 'password',
  amount: 'priceWord',
};

/** Label of an API field by its last name: `address` of `emails[0].address`. */
export const fieldWord = (field: string): Word | null => FIELDS[/\w+$/.exec(field)?.[0] ?? ''] ?? null;
