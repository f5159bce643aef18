import { expect, test } from 'vitest'
import type { FifoParts, Parts } from './parts.js'
import { SideBySide } from './side-by-side.js'
import { violationsOf } from './violations.js'

/** A store that has everything: both queues, a nursery, free slots, kept entries, entries that expire, both tables. */
function rich(eviction: 'adaptive' | 'lru' = 'adaptive'): Parts {
  const both = new SideBySide({ maxEntries: 40, maxBytes: 1000, eviction })
  const keyOf = (index: number): string => (index % 3 === 0 ? `main:${index}` : `${index}`)
  for (const key of ['1', 'main:3']) both.step({ do: 'increment', key: `count-${key}` })
  for (const size of [7, 9]) both.step({ do: 'lock', key: `lock-${size}`, size, ttlMs: 60_000 })
  for (let index = 0; index < 300; index++) {
    both.step({ do: 'set', key: keyOf(index), size: 5, ttlMs: undefined })
    both.step({ do: 'get', key: keyOf(index - 12) })
  }
  for (const ttlMs of [100, 10_000, 9_000_000]) both.step({ do: 'set', key: `dies-${ttlMs}`, size: 1, ttlMs })
  for (let index = 0; index < 6; index++) both.step({ do: 'set', key: `gone-${index}`, size: 1, ttlMs: 60_000 })
  for (let index = 0; index < 6; index++) both.step({ do: 'delete', key: `gone-${index}` })
  both.step({ do: 'set', key: 'newest', size: 1, ttlMs: undefined })
  return both.real.parts()
}

/** A slot in use that no other eviction order has than that of the policy. */
function someSlot({ slots }: Parts): number {
  return slots.keys.findIndex((key, slot) => key !== undefined && ((slots.words[slot] ?? 0) & 3) !== 3)
}

const firstNode = (head: number, nodes: Int32Array): number => nodes[head + 1] ?? 0

test.each(['adaptive', 'lru'] as const)('nothing is wrong with a store that is whole: %s', (eviction) => {
  const parts = rich(eviction)
  expect(violationsOf(parts)).toEqual([])
  expect(parts.slots.free).toBeGreaterThan(0)
  expect(parts.indexes.map(({ size }) => size > 0)).toEqual([true, true])
  if (eviction === 'adaptive') expect(Math.min(...(parts.fifo?.weights ?? []))).toBeGreaterThan(0)
})

test.each<[what: string, breakIt: (parts: Parts) => void, found: RegExp]>([
  [
    'a slot that is free and used',
    ({ slots }) => slots.keys.fill('key', slots.free, slots.free + 1),
    /free slot \d+ holds/,
  ],
  ['a chain of free slots that turns', ({ slots }) => (slots.words[slots.free] = slots.free), /chain of free slots/],
  ['a count that is wrong', ({ slots }) => slots.count++, /are not free, and/],
  ['a slot without a key', (parts) => (parts.slots.keys[someSlot(parts)] = undefined), /has no key/],
  ['keys that are not where slots are', ({ slots }) => slots.keys.push('more'), /keys and/],
  [
    'a key that leads elsewhere',
    ({ indexes }) => indexes[0]?.set([...(indexes[0]?.keys() ?? [])][0] ?? '', 3),
    /leads to slot|keys lead/,
  ],
  [
    'a key that is forgotten',
    ({ indexes }) => indexes[1]?.delete([...(indexes[1]?.keys() ?? [])][0] ?? ''),
    /keys lead to/,
  ],
  ['an entry of the other table', (parts) => (parts.slots.words[someSlot(parts)]! ^= 4), /whose word says/],
  ['bytes that are not counted', (parts) => parts.bytes--, /the store counts/],
  ['a size that changed', (parts) => parts.slots.sizes[someSlot(parts)]!++, /the store counts/],
  ['more bytes than there may be', (parts) => Object.assign(parts.bounds, { maxBytes: 10 }), /more than 10/],
  ['more entries than there may be', (parts) => Object.assign(parts.bounds, { maxEntries: 10 }), /more than 10/],
  [
    'a kept entry that does not say so',
    ({ slots, kept }) => (slots.words[(kept.links[2] ?? 0) - kept.heads]! &= ~3),
    /does not say so/,
  ],
  [
    'an entry that says that it is kept',
    (parts) => (parts.slots.words[someSlot(parts)]! |= 3),
    /say that their slot is kept/,
  ],
  ['a list with a broken link back', ({ kept }) => (kept.links[(kept.links[2] ?? 0) * 2 + 1] = 0), /kept: node/],
  [
    'entries that no list looks at',
    ({ wheel }) => {
      for (let list = 0; list < 256; list++) emptyList(wheel?.links, list)
    },
    /no list of the wheel/,
  ],
  [
    'an entry that is looked at too late',
    (parts) => {
      const slot = [...parts.indexes[0]!].find(([key]) => key === 'dies-9000000')?.[1] ?? 0
      parts.slots.words[slot] = (parts.slots.words[slot]! & 7) | ((parts.tick + 1) << 3)
    },
    /waits until/,
  ],
  ['a slot that is said to wait', (parts) => (parts.waitsFor[parts.slots.free] = 5), /are said to wait|said to be in/],
  [
    'a slot that waits for another time',
    ({ waitsFor }) => waitsFor.forEach((tick, slot) => tick > 0 && (waitsFor[slot] = tick - 1)),
    /said to be in/,
  ],
  ['a timer that is late', (parts) => (parts.timerTick += 100_000), /the timer is set/],
])('this is noticed: %s', (_, breakIt, found) => {
  const parts = rich()
  breakIt(parts)
  expect(violationsOf(parts).join('\n')).toMatch(found)
})

test.each<[what: string, breakIt: (fifo: FifoParts, parts: Parts) => void, found: RegExp]>([
  [
    'a link that leads back elsewhere',
    ({ nodes }) => (nodes[firstNode(0, nodes)] = 4),
    /small: node \d+ does not lead back/,
  ],
  [
    'a queue that is a ring without its head',
    ({ nodes }) => {
      const first = firstNode(4, nodes)
      nodes[first + 1] = first
    },
    /main: /,
  ],
  ['a nursery that begins elsewhere', (fifo) => (fifo.edge = firstNode(0, fifo.nodes)), /its edge is/],
  [
    'an entry of the nursery among older ones',
    ({ nodes, regions }) => (regions[(firstNode(0, nodes) >> 2) - 1] = 0),
    /nursery/,
  ],
  [
    'an entry of main among small ones',
    ({ nodes, regions }) => (regions[(firstNode(0, nodes) >> 2) - 1] = 2),
    /older than the nursery/,
  ],
  [
    'an entry of the small queue in main',
    ({ nodes, regions }) => (regions[(firstNode(4, nodes) >> 2) - 1] = 1),
    /is in main, of 1/,
  ],
  ['a weight of the nursery', ({ weights }) => weights[0]!++, /the regions weigh/],
  ['a weight of main', ({ weights }) => weights[2]!--, /the regions weigh/],
  ['a count', ({ counts }) => counts[0]!++, /are said to have/],
  ['a count of main', ({ counts }) => counts[1]!++, /are said to have/],
  ['a stamp out of order', ({ nodes }) => (nodes[firstNode(4, nodes) + 2] = 2 ** 30), /main: stamps/],
  ['a share that is too large', ({ learned }) => (learned.share = 0.95), /share is 0.95/],
  ['an average beyond 1', ({ learned }) => (learned.fromSmall = 1.1), /fromSmall is 1.1/],
  [
    'an entry that is in no queue',
    ({ nodes }) => {
      const first = firstNode(4, nodes)
      const second = nodes[first + 1] ?? 0
      nodes[4 + 1] = second
      nodes[second] = 4
    },
    /the orders of eviction have/,
  ],
])('this is noticed in the adaptive policy: %s', (_, breakIt, found) => {
  const parts = rich()
  breakIt(parts.fifo as FifoParts, parts)
  expect(violationsOf(parts).join('\n')).toMatch(found)
})

test('this is noticed in the order of uses: an entry that is not in it', () => {
  const parts = rich('lru')
  emptyList(parts.lru?.links, 0)
  expect(violationsOf(parts).join('\n')).toMatch(/the orders of eviction have/)
})

function emptyList(links: Int32Array = new Int32Array(), list: number): void {
  links.fill(list + 1, (list + 1) * 2, (list + 1) * 2 + 2)
}
