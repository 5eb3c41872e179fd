import { defineConfig } from 'vitest/config';
import { precompress } from './build/precompress.ts';

/** The server that `npm run dev` forwards the API to. */
const tandem = process.env['TANDEM_URL'] ?? 'http://127.0.0.1:4000';

export default defineConfig({
  // Relative addresses, so that the pages also work below a path of a reverse proxy.
  base: './',
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: { index: 'index.html', graphiql: 'graphiql/index.html' },
      // `"use client"` in libraries means something to React servers only.
      onLog(level, log, report) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
    // The editor of GraphiQL alone is above the default of 500 kB.
    chunkSizeWarningLimit: 4000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  plugins: [precompress()],
  // Its `?worker` imports are Vite's to read, not those of the bundler of dependencies.
  optimizeDeps: { exclude: ['@graphiql/react/setup-workers/vite'] },
  server: {
    proxy: {
      '/graphql': { target: tandem, ws: true },
      '/graphiql/config.json': tandem,
      '/health': tandem,
    },
  },
  test: { include: ['test/**/*.test.ts'] },
});
