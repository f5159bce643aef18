import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'node20',
  splitting: true,
  clean: true,
  silent: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } },
})
