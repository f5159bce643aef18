/** What an option may be: the one way to refuse it. */
import { InvalidArgumentError } from '@pycached/core'

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What was got is said where it is given. Only numbers are repeated: the rest may be secret. */
export function check(valid: boolean, option: string, expected: string, ...got: [unknown?]): asserts valid {
  if (valid) return
  const shown = got.length === 0 ? '' : `; got ${kindOf(got[0])}`
  throw new InvalidArgumentError(`${option} must be ${expected}${shown}`, { option })
}

function kindOf(got: unknown): string {
  if (typeof got === 'number') return String(got)
  if (got === '') return 'an empty string'
  if (Array.isArray(got)) return got.length === 0 ? 'an empty array' : 'an array'
  return got === null ? 'null' : typeof got
}
