import { expect, test } from 'vitest'
import { ArgumentError, isComplete, parseArguments } from '../src/arguments.js'

const ids = ['M1', 'M3', 'M3e', 'R2.64', 'R2.512', 'E']
const parse = (...args: string[]) => parseArguments(args, ids)

test('--only takes a list, in any case, and a name for all that start so', () => {
  expect(parse('--only', 'R2, m1').only).toEqual(['M1', 'R2.64', 'R2.512'])
  expect(parse('--only', 'M3').only).toEqual(['M3'])
  expect(parse('--only=R2.512', '--only=E').only).toEqual(['R2.512', 'E'])
})

test('contenders are kept in the order given', () => {
  expect(parse('--contender', './a.mjs', '--contender', './b.mjs').contenders).toEqual(['./a.mjs', './b.mjs'])
})

test('only a run of everything may write the documentation', () => {
  expect(isComplete(parse())).toBe(true)
  expect(isComplete(parse('--json', 'results.json'))).toBe(true)
  for (const args of [['--quick'], ['--only', 'M1'], ['--contender', './a.mjs'], ['--rounds', '3']])
    expect(isComplete(parse(...args))).toBe(false)
})

test.each([
  [['--only', 'M99'], 'there is no workload "M99"; there are M1, M3'],
  [['--only', 'R'], 'there is no workload "R"'],
  [['--only', ''], 'there is no workload ""'],
  [['--rounds', '0'], 'a whole number from 1 to 1000, got "0"'],
  [['--rounds', 'many'], 'got "many"'],
  [['--fast'], "Unknown option '--fast'"],
  [['M1'], "Unexpected argument 'M1'"],
  [['--contender'], '--contender'],
])('%j is refused with what is possible', (args, message) => {
  expect(() => parse(...args)).toThrow(ArgumentError)
  expect(() => parse(...args)).toThrow(message)
})
