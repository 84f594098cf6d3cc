import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/foreign/*.foreign.ts'],
    globalSetup: ['test/foreign/setup.ts', 'test/fixtures/run/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    env: { TZ: 'UTC' },
  },
});
