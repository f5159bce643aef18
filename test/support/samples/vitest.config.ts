/** A run whose outcome is known, for the test of the reporter. */

import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['*.sample.ts'], reporters: ['../closing-line.ts'] } })
