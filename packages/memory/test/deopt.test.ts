import { expect, test } from 'vitest'
import type { Program } from '../../../test/support/program.js'
import { programOf } from './support/run-program.js'

/** The functions of the program whose optimized code V8 gave up, before and after it was warm. Node's own functions are left out. */
async function deoptimized(program: Program, args: readonly string[]): Promise<{ warming: string[]; warm: string[] }> {
  const trace = await program.run(['--trace-deopt'], args)
  const pattern = /bailout \(kind: ([\w-]+), reason: (.*)\): begin\. deoptimizing \S+ <JSFunction (?:(\S+) )?\(sfi/g
  const names = [...trace.matchAll(pattern)]
    .map(([, kind, reason, name = '(anonymous)']) => ({ name, shown: `${name}: ${kind}, ${reason}` }))
    .filter(({ name }) => name === '(anonymous)' || program.text.includes(name))
  const mark = names.findLastIndex(({ name }) => name === 'markWarm')
  expect(mark, 'the mark is in the trace').toBeGreaterThan(-1)
  const shown = (list: typeof names) => list.map((one) => one.shown)
  return { warming: shown(names.slice(0, mark)), warm: shown(names.slice(mark + 1)) }
}

test('hits, misses, sets and evictions stay optimized once they are warm, and a value of another kind would be seen', async () => {
  using program = await programOf('hot-loop')
  const [adaptive, lru, mixed] = [
    await deoptimized(program, ['adaptive']),
    await deoptimized(program, ['lru']),
    await deoptimized(program, ['adaptive', 'mixed']),
  ]
  expect(adaptive.warming).not.toEqual([])
  expect(adaptive.warm).toEqual([])
  expect(lru.warm).toEqual([])
  expect(mixed.warm).not.toEqual([])
})
