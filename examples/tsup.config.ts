/** Each example becomes one file of JavaScript beside nothing else: Node 20 reads no types and runs no decorators. */

import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['*.ts', '!tsup.config.ts'],
  format: 'esm',
  target: 'node20',
  bundle: false,
  splitting: false,
  clean: true,
  silent: true,
})
