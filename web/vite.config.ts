import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The console: one page, hashed assets, nothing inline (the content policy forbids it). */
export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', assetsInlineLimit: 0, modulePreload: { polyfill: false }, cssMinify: true },
});
