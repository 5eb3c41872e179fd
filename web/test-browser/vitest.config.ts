import { defineConfig } from 'vitest/config';

/** The pages in a real browser against a real server: `npm run test:browser`, after a build of both. */
export default defineConfig({
  test: {
    include: ['test-browser/**/*.test.ts'],
    // One browser at a time: what is waited for is then soon there.
    fileParallelism: false,
    testTimeout: 60_000,
    // A busy machine shows what is waited for seconds later; only a test that fails waits this long.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 150_000,
    // What one step leaves behind the next one builds on.
    bail: 1,
  },
});
