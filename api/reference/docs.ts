import { createHash } from 'node:crypto';
import type { ForeignApi } from '../dialects/dialects.ts';
import type { ApiDocument } from './document.ts';
import { isRecord, list, record, resolved, text, type Json } from './json.ts';

const escape = (raw: string): string =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const said = (description: unknown): string => (text(description) === '' ? '' : ` <small>${escape(text(description))}</small>`);

/** A schema in one line: a link if named, else its type. */
function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return 'any';
  const name = text(schema['$ref']).split('/').at(-1);
  if (name) return `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
  if (schema['type'] === 'array') return `list of ${typeOf(schema['items'])}`;
  if (schema['enum'])
    return list(schema['enum'])
      .map((value) => `<code>${escape(String(value))}</code>`)
      .join(' | ');
  const options = list(schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']);
  if (options.length > 0) return options.map(typeOf).join(' | ');
  const types = Array.isArray(schema['type']) ? schema['type'].join(' | ') : text(schema['type']) || 'any';
  return escape(schema['format'] ? `${types} (${text(schema['format'])})` : types);
}

function fieldsOf(schema: unknown): string {
  if (!isRecord(schema)) return '';
  const required = new Set(list(schema['required']));
  const parts = list(schema['allOf']).map(fieldsOf).join('');
  if (!isRecord(schema['properties'])) return parts || `<p>${typeOf(schema)}${said(schema['description'])}</p>`;
  const rows = Object.entries(schema['properties']).map(([name, field]) => {
    const mark = required.has(name) ? '' : ' <i>optional</i>';
    return `<li><code>${escape(name)}</code>: ${typeOf(field)}${mark}${isRecord(field) ? said(field['description']) : ''}</li>`;
  });
  return `${parts}<ul>${rows.join('')}</ul>`;
}

const contentOf = (part: unknown): string =>
  isRecord(part) && isRecord(part['content'])
    ? Object.values(part['content'])
        .map((media) => (isRecord(media) ? typeOf(media['schema']) : ''))
        .join(' | ')
    : '';

function operation({ components }: ApiDocument, method: string, path: string, route: Json): string {
  const parameters = list(route['parameters']).map((part) => {
    const each = resolved(components, part);
    const schema = record(each['schema']);
    return `<li><code>${escape(text(each['name']))}</code> in ${escape(text(each['in']))}: ${typeOf(schema)}${said(each['description'] ?? schema['description'])}</li>`;
  });
  const answers = Object.entries(record(route['responses'])).map(([status, part]) => {
    const each = resolved(components, part);
    return `<li><code>${escape(status)}</code> ${contentOf(each)}${said(each['description'])}</li>`;
  });
  const sent = contentOf(route['requestBody']);
  return `<details id="${escape(text(route['operationId']))}"><summary><b>${method.toUpperCase()}</b> <code>${escape(path)}</code> ${escape(text(route['summary']))}</summary>
${parameters.length > 0 ? `<h4>Parameters</h4><ul>${parameters.join('')}</ul>` : ''}${sent === '' ? '' : `<h4>Body</h4><p>${sent}</p>`}
<h4>Answers</h4><ul>${answers.join('')}</ul></details>`;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
summary{cursor:pointer;padding:.35rem 0}summary b{display:inline-block;width:4.5rem}details{border-bottom:1px solid #ddd}
code{background:#f1f1f4;padding:0 .2rem;border-radius:3px}small{color:#55555f}h4{margin:.6rem 0 .2rem}a{color:#0b57d0}
@media (prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171b}code{background:#2a2a30}small{color:#a5a5b0}details{border-color:#333}a{color:#8ab4f8}}`;

/** Only the page's own style; no script, no network. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** In a section of their own: they need other credentials. */
const foreignSection = ({ title, calls }: Pick<ForeignApi, 'title' | 'calls'>): string =>
  `<section><h3>${escape(title)}</h3><ul>${calls.map((call) => `<li><code>${escape(call)}</code></li>`).join('')}</ul></section>`;

/** The OpenAPI document as an HTML page. */
export function docsPage(document: ApiDocument, foreign: readonly Pick<ForeignApi, 'title' | 'calls'>[]): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(record(methods)).flatMap(([method, route]) =>
      isRecord(route) ? [{ tag: text(list(route['tags'])[0]), html: operation(document, method, path, route) }] : [],
    ),
  );
  const sections = [...Map.groupBy(operations, (each) => each.tag)].map(
    ([tag, each]) => `<section><h2>${escape(tag)}</h2>${each.map(({ html }) => html).join('\n')}</section>`,
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `<section id="schema-${escape(name)}"><h3>${escape(name)}</h3>${fieldsOf(schema)}</section>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(document.info.title)} API</title><style>${STYLE}</style></head><body><main><h1>${escape(document.info.title)} API</h1>
<p>${escape(document.info.description ?? '')}</p><p>Authenticate with <code>Authorization: Bearer &lt;key&gt;</code>. For programs: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}<h2 id="other-providers">Other providers’ APIs</h2>
<p>For programs written for another provider: only the host changes. Login and key come as that provider asks for them, and every answer has its form; nothing here is in <a href="/openapi.json">openapi.json</a>.</p>
${foreign
  .filter(({ calls }) => calls.length > 0)
  .map(foreignSection)
  .join('\n')}<h2>Schemas</h2>${schemas.join('\n')}</main></body></html>`;
}
