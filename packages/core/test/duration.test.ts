import { toMs } from '@pycached/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toTimeoutMs, toTtlMs } from '../src/duration.js'

describe('toMs', () => {
  test.each([
    [1, 1000],
    [0.25, 250],
    [1.5, 1500],
    [0.0001, 1],
    [0.0010001, 2],
    [1.11, 1110],
    [60 * 86_400, 5_184_000_000],
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['1.11s', 1110],
    ['.5s', 500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['60d', 5_184_000_000],
    ['0.1ms', 1],
    ['9007199254740991ms', Number.MAX_SAFE_INTEGER],
  ])('%s is %d ms', (duration, ms) => {
    expect(toMs(duration, 'ttl')).toBe(ms)
  })

  test('a number of milliseconds that binary fractions miss by a hair is not rounded up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (ms) => {
        expect(toMs(ms / 1000, 'ttl')).toBe(ms)
        expect(toMs(`${ms / 1000}s`, 'ttl')).toBe(ms)
        expect(toMs(`${ms}ms`, 'ttl')).toBe(ms)
      }),
    )
  })

  test.each([
    0,
    -1,
    -0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 53,
    2 ** 53 / 1000 + 1,
    10n,
    '',
    '10',
    's',
    '10 s',
    ' 10s',
    '10s ',
    '+10s',
    '-10s',
    '0s',
    '0ms',
    '1e3s',
    '10S',
    '10sec',
    '1h30m',
    '١s',
    '9007199254740993ms',
    '200000000000d',
    null,
    undefined,
    true,
    {},
    Object.create(null),
    [],
    [10],
    new Date(),
  ])('%s is refused, naming the option and what is expected', (duration) => {
    expect(() => toMs(duration, 'lease')).toThrow(
      expect.objectContaining({
        name: 'InvalidDurationError',
        code: 'PYCACHED_INVALID_DURATION',
        option: 'lease',
        message: expect.stringMatching(/^lease must be a positive number of seconds or a string such as '250ms'.*got /),
      }),
    )
  })

  test('the message repeats no more than the start of a long text', () => {
    expect(() => toMs('x'.repeat(10_000), 'ttl')).toThrow(/^.{0,250}$/)
  })
})

test('a ttl of undefined is the default, null is never', () => {
  expect(toTtlMs(undefined, 5)).toBe(5)
  expect(toTtlMs(undefined, undefined)).toBeUndefined()
  expect(toTtlMs(null, 5)).toBeUndefined()
  expect(toTtlMs('1s', 5)).toBe(1000)
  expect(() => toTtlMs(0, 5)).toThrow('ttl')
})

test('a timeout of undefined is the default, 0 and null are none', () => {
  expect(toTimeoutMs(undefined, 5)).toBe(5)
  expect(toTimeoutMs(null, 5)).toBeUndefined()
  expect(toTimeoutMs(0, 5)).toBeUndefined()
  expect(toTimeoutMs('1s', 5)).toBe(1000)
  expect(() => toTimeoutMs(-1, 5)).toThrow('timeout')
})
