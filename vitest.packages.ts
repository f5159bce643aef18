/**
 * The checks of what would be published: packed, looked into, installed into empty projects and used there. Apart from the other tests, since they need the
 * build and the npm registry and take longer: `pnpm check:packages`.
 */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'packages',
    include: ['test/packages/**/*.test.ts'],
    globalSetup: ['./test/support/redis-setup.ts', './test/packages/pack.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
