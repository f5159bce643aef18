/**
 * The build of every package: one entry, ESM and CommonJS beside each other, types for both.
 *
 * `splitting` keeps one copy of a class in CommonJS too; without it two entries would each carry their own.
 *
 * The types are built against the built types of the other packages, not against their sources, so `@pycached/source` is switched
 * off; lerna builds dependencies first.
 */

import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
  silent: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [], stripInternal: true } },
})
