import * as core from '@pycached/core'
import { describe, expect, test } from 'vitest'

const { ERROR_CODES, isPycachedError, PycachedError, PycachedTypeError } = core
const names = Object.keys(ERROR_CODES) as core.ErrorName[]
const MISUSE = ['InvalidArgumentError', 'InvalidDurationError', 'NotAnIntegerError']

type ErrorClass = new (message: string, details?: object) => core.PycachedError
const classes = new Map(Object.entries(core)) as unknown as ReadonlyMap<string, ErrorClass>
const classOf = (name: string) => classes.get(name) as ErrorClass

test('all codes are different, and begin alike', () => {
  const codes = Object.values(ERROR_CODES)
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect(code).toMatch(/^PYCACHED_[A-Z_]+$/)
})

describe.each(names)('%s', (name) => {
  const make = (details?: object) =>
    new (classOf(name))('what to do', { plugin: 'P', hook: 'preSet', commandRan: false, ...details })

  test('has its name and code, also in its stack', () => {
    const error = make()
    expect([error.name, error.code, error.message]).toEqual([name, ERROR_CODES[name], 'what to do'])
    expect(error.stack).toMatch(new RegExp(`^${name}: what to do\\n`))
    expect(String(error)).toBe(`${name}: what to do`)
  })

  test('has key, option and cause where they are known, and else not', () => {
    const cause = new Error('below')
    expect(make({ key: 'key', option: 'ttl', cause })).toMatchObject({ key: 'key', option: 'ttl', cause })
    for (const property of ['key', 'option', 'cause']) expect(Object.hasOwn(make(), property)).toBe(false)
  })

  test('is an Error of the kind that it should be, and recognised as ours', () => {
    const error = make()
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(MISUSE.includes(name) ? PycachedTypeError : PycachedError)
    expect(error instanceof TypeError).toBe(MISUSE.includes(name))
    expect(isPycachedError(error)).toBe(true)
  })
})

test('isPycachedError recognises errors of another copy of the library, and nothing else', () => {
  const foreign = Object.assign(new Error('from another copy'), { [Symbol.for('pycached.error')]: true })
  expect(isPycachedError(foreign)).toBe(true)
  for (const value of [new Error('plain'), null, undefined, 'text', {}, { code: 'PYCACHED_TIMEOUT' }]) {
    expect(isPycachedError(value)).toBe(false)
  }
})
