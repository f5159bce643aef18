/** What an option may be: the one way to refuse it. */
import { InvalidArgumentError } from '@pycached/core'

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Only numbers are repeated in the message: the rest may be secret. */
export function check(valid: boolean, option: string, expected: string, got: unknown): asserts valid {
  if (valid) return
  const shown =
    typeof got === 'number' ? String(got) : got === '' ? 'an empty string' : got === null ? 'null' : typeof got
  throw new InvalidArgumentError(`${option} must be ${expected}; got ${shown}`, { option })
}
