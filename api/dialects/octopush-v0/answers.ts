import type { OctopushCode } from '../octopush/refusals.ts';

type Value = string | number;
/** An XML element. */
type Node = [name: string, content: Value | readonly Node[], attributes?: Record<string, string>];

const escape = (value: Value): string =>
  String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const write = ([name, content, attributes = {}]: Node): string => {
  const inside = typeof content === 'object' ? content.map(write).join('') : escape(content);
  const marks = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  return `<${name}${marks.join('')}>${inside}</${name}>`;
};

export const xml = (code: OctopushCode | 0, nodes: readonly Node[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${write(['octopush', [['error_code', codeText(code)], ...nodes]])}`;

export const codeText = (code: OctopushCode | 0): string => String(code).padStart(3, '0');

export type { Node };
