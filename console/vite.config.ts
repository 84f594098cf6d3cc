import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** React Aria brings its words in thirty languages; the console speaks two. */
const OTHER_LANGUAGES = /\/intl\/[\w-]+\/(?!en-US|fr-FR)[a-z]{2}-[A-Z]{2}\.mjs$/;
const twoLanguages: Plugin = {
  name: 'two-languages',
  load: (id) => (OTHER_LANGUAGES.test(id) ? 'export default {}' : null),
};

/** The style of the first page stands in it: nothing is shown before a file of it has come. */
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

/** Beside each file of text, the same as small as it gets: too slow to be done when it is asked for. */
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

type Names = { getModuleInfo: (id: string) => { importedIds: string[] } | null };
const first = new Set<string>();
/** Every file costs a phone a round trip: what each page needs comes in one. */
function firstFile(id: string, modules: Names): string | null {
  const add = (each: string): void => {
    if (first.has(each)) return;
    first.add(each);
    modules.getModuleInfo(each)?.importedIds.forEach(add);
  };
  add(join(import.meta.dirname, 'main.tsx'));
  return first.has(id) ? 'first' : null;
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), twoLanguages, styled, squeezed],
  // Nothing is inlined: the page's policy allows what this host serves, and no more.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstFile }] } } },
  },
});
