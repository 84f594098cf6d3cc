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

/** Beside each file of text, the same as small as it gets: too slow to be done when it is asked for. */
const squeezed: Plugin = {
  name: 'squeezed',
  apply: 'build',
  async writeBundle({ dir = '' }, files) {
    const texts = Object.keys(files).filter((file) => /\.(?:js|css)$/.test(file));
    const squeeze = async (file: string) =>
      writeFile(join(dir, `${file}.br`), await promisify(brotliCompress)(await readFile(join(dir, file))));
    await Promise.all(texts.map(squeeze));
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), twoLanguages, squeezed],
  // Nothing is inlined: the page's policy allows what this host serves, and no more.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
