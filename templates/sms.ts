import Handlebars from 'handlebars';
import { invalidRequest, type AppError } from '../domain/problems/errors.ts';
import { fault } from '../domain/problems/said.ts';

/** A text with merge tags, compiled once and rendered for each recipient. */
export type SmsTemplate = {
  /** Distinct tags, in order. */
  variables: string[];
  render(values: Record<string, string>): { text: string } | { missing: string[] };
};

/** Names that Handlebars reserves; properties of every object are refused too. */
const FORBIDDEN = new Set([
  'this',
  'if',
  'unless',
  'each',
  'with',
  'log',
  'lookup',
  'helperMissing',
  'blockHelperMissing',
  'prototype',
]);
const isForbidden = (name: string): boolean => FORBIDDEN.has(name) || name in Object.prototype;
const refuse = (tag: string, { line, column }: { line: number; column: number }): AppError =>
  invalidRequest(fault('text', 'tag-not-plain', { tag, line, column: column + 1 }));

/** The tags of a template. Throws for anything but plain tags. */
function readVariables(program: hbs.AST.Program): string[] {
  const names = new Set<string>();
  for (const statement of program.body) {
    if (statement.type === 'ContentStatement') continue;
    if (!isTag(statement) || statement.params.length > 0 || statement.hash !== undefined || !isPath(statement.path))
      throw refuse('{{…}}', statement.loc.start);
    const { original, parts, depth, data } = statement.path;
    if (parts.length !== 1 || depth !== 0 || data || isForbidden(original) || original !== parts[0])
      throw refuse(`{{${original}}}`, statement.loc.start);
    names.add(original);
  }
  return [...names];
}

const isTag = (statement: hbs.AST.Statement): statement is hbs.AST.MustacheStatement => statement.type === 'MustacheStatement';
const isPath = (path: hbs.AST.Expression): path is hbs.AST.PathExpression => path.type === 'PathExpression';

/** Throws an AppError with line and column for an unusable tag. */
export function compileSmsTemplate(text: string): SmsTemplate {
  if (!text.includes('{{')) return { variables: [], render: () => ({ text }) };
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parseWithoutProcessing(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw invalidRequest(fault('text', 'tag-unreadable', { reason }));
  }
  const variables = readVariables(program);
  const fill = Handlebars.compile<Record<string, string>>(text, { strict: true, noEscape: true, knownHelpersOnly: true });
  return {
    variables,
    render(values) {
      const missing = variables.filter((name) => (values[name] ?? '') === '');
      return missing.length > 0 ? { missing } : { text: fill(values) };
    },
  };
}
