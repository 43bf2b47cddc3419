// How the workspace is built, and where the development server finds the API.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.SEGUE ?? 'http://127.0.0.1:8080';
// The server only answers pages of its own host, so the proxy speaks in its name.
const toServer = { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  test: { include: ['src/**/*.test.ts'] },
  plugins: [react()],
  build: {
    target: 'es2022',
    // Nothing inline: the content security policy allows no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Read by build/budget.js, which removes it.
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 4000,
  },
  server: { proxy: { '/api': toServer, '/health': toServer, '/v2': toServer } },
});
