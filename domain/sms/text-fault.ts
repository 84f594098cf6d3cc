import type { Fault } from '../problems/errors.ts';

/** What PostgreSQL or a phone can't hold. Line breaks are text. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
export const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** What is wrong with a text, whoever it goes to. */
export function textFault(text: string): Omit<Fault, 'field'> | undefined {
  if (text.trim() === '') return { problem: 'is empty', remedy: 'Write a text' };
  if (CONTROL.test(text))
    return { problem: 'contains a control character', remedy: 'Remove it; a line break or a space may stand in its place' };
  if (!text.isWellFormed()) return { problem: 'contains half of a surrogate pair', remedy: 'Remove the broken character' };
  return undefined;
}
