import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { districts } from './scripts/districts'

/** Where `npm run dev` finds a running `linghang serve`. */
const server = process.env.LINGHANG_ADDRESS ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), districts()],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': server, '/healthz': server } },
})
