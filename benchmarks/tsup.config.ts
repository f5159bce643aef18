/** The benchmark runs on the built packages: what users install is what is measured. */
import { defineConfig } from 'tsup'

export default defineConfig({ entry: ['src/bench.ts'], format: ['esm'], target: 'node20', clean: true, silent: true })
