/** From the path of a module to the contender that is its default export. */

import { pathToFileURL } from 'node:url'
import { ArgumentError } from './arguments.js'
import type { Contender } from './contender.js'

const MEMBERS = ['memory', 'memoryLoader', 'redis', 'redisLoader', 'codec'] as const

export async function loadContender(path: string): Promise<Contender> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  } catch (error) {
    throw new ArgumentError(
      `The contender ${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const contender = module.default
  if (!isContender(contender)) {
    const members = MEMBERS.join(', ')
    throw new ArgumentError(
      `The default export of ${path} is no contender: it needs a name, and at least one of the functions ${members} (see benchmarks/README.md)`,
    )
  }
  return contender
}

const isContender = (value: unknown): value is Contender =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  MEMBERS.some((member) => typeof (value as Record<string, unknown>)[member] === 'function')
