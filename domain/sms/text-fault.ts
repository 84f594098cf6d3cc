import { flaw, type Flaw } from '../problems/said.ts';

/** Characters that PostgreSQL or phones can't hold. Line breaks are allowed. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
export const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

export function textFault(text: string): Flaw | undefined {
  if (text.trim() === '') return flaw('text-empty');
  if (CONTROL.test(text)) return flaw('text-control');
  return text.isWellFormed() ? undefined : flaw('text-broken');
}
