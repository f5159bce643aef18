// Runs test/chaos/command.ts from the sources, without a build: `pnpm chaos`.

import { fileURLToPath } from 'node:url'
import { createServer, createServerModuleRunner } from 'vite'

const conditions = ['@pycached/source', 'node', 'module-sync']
const server = await createServer({
  configFile: false,
  root: fileURLToPath(new URL('..', import.meta.url)),
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  esbuild: { target: 'node20' },
  resolve: { conditions },
  ssr: { noExternal: [/^@pycached\//], resolve: { conditions } },
})
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false })
try {
  const { main } = await runner.import('/test/chaos/command.ts')
  process.exitCode = await main(process.argv.slice(2))
} finally {
  await runner.close()
  await server.close()
}
