import { defineConfig } from 'vitest/config';
import { createPlainSummary } from './tests/support/plain-summary.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/soak/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [['default', { summary: false }], createPlainSummary()],
  },
});
