import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** React Aria ships thirty languages; the console has two. */
const OTHER_LANGUAGES = /\/intl\/[\w-]+\/(?!en-US|fr-FR)[a-z]{2}-[A-Z]{2}\.mjs$/;
const twoLanguages: Plugin = {
  name: 'two-languages',
  load: (id) => (OTHER_LANGUAGES.test(id) ? 'export default {}' : null),
};

/** Inlines the first page's CSS, so that nothing waits for it. */
const styled: Plugin = {
  name: 'styled',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_, files) {
      const page = files['index.html'];
      if (page?.type !== 'asset') return;
      page.source = String(page.source).replaceAll(/<link rel="stylesheet"[^>]* href="\/([^"]+)">/g, (link, file: string) => {
        const style = files[file];
        return style?.type === 'asset' ? `<style>${String(style.source)}</style>` : link;
      });
    },
  },
};

/** Brotli copies of text files: too slow to make on request. */
const squeezed: Plugin = {
  name: 'squeezed',
  apply: 'build',
  async writeBundle({ dir = '' }, files) {
    const texts = Object.keys(files).filter((file) => /\.(?:js|css|html)$/.test(file));
    const squeeze = async (file: string) =>
      writeFile(join(dir, `${file}.br`), await promisify(brotliCompress)(await readFile(join(dir, file))));
    await Promise.all(texts.map(squeeze));
  },
};

/** Each file costs a round trip: one for every page, one for pages with tables. */
const FILES = {
  first: [
    'main.tsx',
    'query-hooks.ts',
    'ui/filters/chip-choice.tsx',
    'ui/highlight.tsx',
    'ui/phone-text.ts',
    'ui/use-settled.ts',
  ],
  table: ['ui/list.tsx', 'ui/confirm-button.tsx', 'campaigns/campaign-standing.tsx'],
};
type Names = { getModuleInfo: (id: string) => { importedIds: string[] } | null };
const fileOf = new Map<string, string>();
/** The chunk of a module: that of the first part that imports it. */
function fileFor(id: string, modules: Names): string | null {
  const add = (each: string, file: string): void => {
    if (fileOf.has(each)) return;
    fileOf.set(each, file);
    modules.getModuleInfo(each)?.importedIds.forEach((imported) => add(imported, file));
  };
  for (const [file, parts] of Object.entries(FILES)) for (const part of parts) add(join(import.meta.dirname, part), file);
  return fileOf.get(id) ?? null;
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), twoLanguages, styled, squeezed],
  // Nothing is inlined: the content security policy allows only this host.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: fileFor }] } } },
  },
});
