import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context, Hono } from 'hono';
import type { ApiEnv } from '../services.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** Hash of the one style that React Aria adds to the page; a test notices when it changes. */
const ARIA_STYLE = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='";
const policyOf = (styles: string): string =>
  `default-src 'self'; style-src 'self' ${ARIA_STYLE}${styles}; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
/** For programs: an unknown one is a problem document, not a page. */
const NOT_PAGES = /^\/(?:v1|webhooks|\.well-known|health|ready|metrics|docs|openapi\.json)(?:\/|$)/;

/** The console's pages, as in console/routes.tsx; other addresses get its page with 404. */
const PAGES =
  /^\/(?:$|(?:start|invitation|forgotten|password|chat|replies|campaigns|contacts|analytics|me|settings|operator)(?:\/|$))/;

/** `squeezed`: brotli, where built. */
type Asset = {
  type: string;
  bytes: Buffer<ArrayBuffer>;
  zipped: Buffer<ArrayBuffer>;
  squeezed: Buffer<ArrayBuffer> | null;
  tag: string;
};

/** The built console, some hundred kilobytes, in memory. */
function readAssets(folder: string): Map<string, Asset> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && extname(entry.name) !== '.br',
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      const asset = {
        type: TYPES[extname(path)] ?? 'application/octet-stream',
        bytes,
        zipped: gzipSync(bytes, { level: 9 }),
        squeezed: existsSync(`${path}.br`) ? readFileSync(`${path}.br`) : null,
        tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      };
      return [path.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/'), asset];
    }),
  );
}

/** Serves the built console, if any, at every address that is not the API's. */
export function serveConsole(app: Pick<Hono<ApiEnv>, 'get'>, folder: string): void {
  const assets = readAssets(folder);
  const page = assets.get('/index.html');
  if (!page) return;
  const styles = [...page.bytes.toString().matchAll(/<style>(.*?)<\/style>/gs)].map(
    ([, style = '']) => ` 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  );
  const policy = policyOf(styles.join(''));

  function send(c: Context, asset: Asset, cache: string): Response {
    c.header('Content-Security-Policy', policy);
    c.header('Cache-Control', cache);
    c.header('ETag', asset.tag);
    c.header('Vary', 'Accept-Encoding');
    if (c.req.header('if-none-match') === asset.tag) return c.body(null, 304);
    c.header('Content-Type', asset.type);
    const accepted = c.req.header('accept-encoding') ?? '';
    const encoding = asset.squeezed && /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
    if (encoding === null) return c.body(asset.bytes);
    c.header('Content-Encoding', encoding);
    return c.body(encoding === 'br' && asset.squeezed ? asset.squeezed : asset.zipped);
  }

  app.get('*', (c, next) => {
    const { path } = c.req;
    if (NOT_PAGES.test(path)) return next();
    const asset = assets.get(path);
    if (path.startsWith('/assets/')) return asset ? send(c, asset, 'public, max-age=31536000, immutable') : next();
    if (!asset && !PAGES.test(path)) c.status(404);
    return Promise.resolve(send(c, asset ?? page, 'no-cache'));
  });
}
