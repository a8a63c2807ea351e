import { defineConfig } from 'vitest/config';
import { createPlainSummary } from './tests/support/plain-summary.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/soak/**'],
    pool: 'forks',
    execArgv: ['--import', new URL('./scripts/sound-threads.mjs', import.meta.url).href],
    maxWorkers: 2,
    // Far beyond what any of them takes, on a loaded machine too: they end what hangs, and judge no speed.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    reporters: [['default', { summary: false }], createPlainSummary()],
  },
});
