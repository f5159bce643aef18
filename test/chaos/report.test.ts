import { expect, test } from 'vitest'
import { between, merged, publishable, sections, table } from './report.js'
import type { Outcome } from './run.js'

const outcome = (name: string, more: Partial<Outcome> = {}): Outcome => ({
  name,
  title: `The title of ${name}`,
  mustShow: 'nothing is lost',
  size: 'full',
  tookSeconds: 12.3,
  figures: [{ name: 'lost', value: 0, limit: { exactly: 0 } }],
  ...more,
})

test('a table has each figure with its unit, its limit and whether it kept it', () => {
  const figures = [
    { name: 'commands', value: 1_234_567 },
    { name: 'latest', value: 12.3456, unit: 'ms', limit: { atMost: 100 } },
    { name: 'lost', value: 1, limit: { exactly: 0 } },
  ]
  expect(table({ figures }).split('\n')).toEqual([
    '| figure | value | limit |  |',
    '| --- | --: | --: | --- |',
    '| commands | 1,234,567 |  |  |',
    '| latest | 12.35 ms | at most 100 | kept |',
    '| lost | 1 | 0 | **not kept** |',
  ])
})

test('outcomes of some runs replace the older ones of the same runs, and those of runs that are no more go', () => {
  const old = [outcome('a'), outcome('b'), outcome('gone')]
  const fresh = [outcome('a', { tookSeconds: 1 })]
  const names = ['a', 'b', 'never-run']
  expect(merged(old, fresh, names).map(({ name, tookSeconds }) => [name, tookSeconds])).toEqual([
    ['a', 1],
    ['b', 12.3],
  ])
})

test('the page says of a run how to make its table, what it must show, and that it failed', () => {
  const text = sections([outcome('a'), outcome('b', { failure: 'it ended', figures: [] })])
  expect(text).toContain('### The title of a\n\n`npx -y pnpm@10.34.9 chaos --only a` took 12 s.')
  expect(text.match(/It failed\./g)).toHaveLength(1)
  expect(text).toContain('**it ended**')
})

test('only what is between its markers is replaced, and a page without them is refused', () => {
  const [begin, end] = ['<!-- begin of what `pnpm chaos` writes -->', '<!-- end of what `pnpm chaos` writes -->']
  const page = between(`before\n${begin}\nold\n${end}\nafter\n`, 'new')
  expect(page).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter\n`)
  expect(between(page, 'newer')).toContain('newer')
  expect(() => between('nothing', 'new')).toThrow('has lost the lines')
})

test('what is published has no paths and no digits that mean nothing', () => {
  const published = publishable(
    outcome('a', { failure: 'Error: it broke\n    at file:1', figures: [{ name: 'latest', value: 1 / 3 }] }),
  )
  expect(published.failure).toBe('Error: it broke')
  expect(published.figures[0]?.value).toBe(0.33)
})
