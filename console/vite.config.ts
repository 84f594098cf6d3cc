import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** React Aria brings its words in thirty languages; the console speaks two. */
const OTHER_LANGUAGES = /\/intl\/[\w-]+\/(?!en-US|fr-FR)[a-z]{2}-[A-Z]{2}\.mjs$/;
const twoLanguages: Plugin = {
  name: 'two-languages',
  load: (id) => (OTHER_LANGUAGES.test(id) ? 'export default {}' : null),
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), twoLanguages],
  // Nothing is inlined: the page's policy allows what this host serves, and no more.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
