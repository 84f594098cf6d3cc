import Handlebars from 'handlebars';
import { AppError } from '../domain/problems/errors.ts';

/** A text with merge tags, made once and filled in for each recipient. */
export type SmsTemplate = {
  /** The tags, each once, in the order of the text. */
  variables: string[];
  render(values: Record<string, string>): { text: string } | { missing: string[] };
};

/** Names that Handlebars gives a meaning of its own; so has every property that all objects have. */
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
const REMEDY = 'Use plain tags such as {{firstName}}; write a literal brace pair with a space between';

const refuse = (problem: string): AppError =>
  new AppError('invalid-request', 'The text has a merge tag that is not accepted.', [{ field: 'text', problem, remedy: REMEDY }]);

/** The tags of a template. Throws for anything but plain tags: blocks, helpers, partials, paths. */
function readVariables(program: hbs.AST.Program): string[] {
  const names = new Set<string>();
  for (const statement of program.body) {
    if (statement.type === 'ContentStatement') continue;
    const at = `at line ${statement.loc.start.line}, column ${statement.loc.start.column + 1}`;
    if (!isTag(statement) || statement.params.length > 0 || statement.hash !== undefined || !isPath(statement.path))
      throw refuse(`is no plain tag ${at}`);
    const { original, parts, depth, data } = statement.path;
    if (parts.length !== 1 || depth !== 0 || data || isForbidden(original) || original !== parts[0])
      throw refuse(`{{${original}}} is no plain tag ${at}`);
    names.add(original);
  }
  return [...names];
}

const isTag = (statement: hbs.AST.Statement): statement is hbs.AST.MustacheStatement => statement.type === 'MustacheStatement';
const isPath = (path: hbs.AST.Expression): path is hbs.AST.PathExpression => path.type === 'PathExpression';

/** Compiles a text once. Throws an AppError naming line and column when a tag can't be used. */
export function compileSmsTemplate(text: string): SmsTemplate {
  if (!text.includes('{{')) return { variables: [], render: () => ({ text }) };
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parseWithoutProcessing(text);
  } catch (error) {
    throw refuse(`can not be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`);
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
