import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/fixtures/run/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/run/global-setup.ts'],
    // Threads break Temporal's native bridge.
    pool: 'forks',
    // One more than cores: most of a test is waiting.
    maxWorkers: 3,
    // Files of one process share their imports: importing again took a quarter of the time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { TZ: 'UTC' },
    reporters: ['default'],
  },
});
