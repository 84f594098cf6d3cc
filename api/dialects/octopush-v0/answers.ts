import type { OctopushCode } from '../octopush/refusals.ts';

type Value = string | number;
/** An element by its name: text, elements, or the same element several times; `$` holds attributes. */
type Node = [name: string, content: Value | readonly Node[], attributes?: Record<string, string>];

const escape = (value: Value): string =>
  String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const write = ([name, content, attributes = {}]: Node): string => {
  const inside = typeof content === 'object' ? content.map(write).join('') : escape(content);
  const marks = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  return `<${name}${marks.join('')}>${inside}</${name}>`;
};

/** Every answer is an `octopush` element whose first child is `error_code`. */
export const xml = (code: OctopushCode | 0, nodes: readonly Node[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${write(['octopush', [['error_code', codeText(code)], ...nodes]])}`;

/** Codes are text of three digits. */
export const codeText = (code: OctopushCode | 0): string => String(code).padStart(3, '0');

export type { Node };
