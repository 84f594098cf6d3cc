import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Next } from 'hono';

/** Markdown pages by path; empty without a folder. */
const pagesOf = (folder: string): Map<string, string> =>
  new Map(
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('.md'))
          .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')])
      : [],
  );

export function markdownPages(folder: string) {
  const pages = pagesOf(folder);
  return async (c: Context, next: Next): Promise<Response | void> => {
    const page = pages.get(c.req.path.replace(/^\/docs\//, ''));
    return page === undefined ? next() : c.text(page, 200, { 'Content-Type': 'text/markdown; charset=utf-8' });
  };
}
