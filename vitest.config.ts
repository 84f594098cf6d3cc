import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/global-setup.ts'],
    // Threads break Temporal's native bridge.
    pool: 'forks',
    // One more than cores: most of a test is waiting.
    maxWorkers: 3,
    // Files of one process share what they import: a quarter of the time went into importing it anew.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    reporters: ['default'],
  },
});
