/** The benchmark runs on the built packages, and every contender on the modules that npm installed: nothing of either is bundled. */
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/bench.ts', 'src/child.ts', 'src/ping-process.ts', 'src/contenders/*.ts'],
  format: ['esm'],
  target: 'node20',
  skipNodeModulesBundle: true,
  splitting: true,
  clean: true,
  silent: true,
})
