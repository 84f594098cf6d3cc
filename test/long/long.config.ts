import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/long/*.long.ts'],
    globalSetup: ['test/fixtures/run/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    env: { TZ: 'UTC' },
  },
});
