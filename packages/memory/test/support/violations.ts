/** What is wrong inside a memory store: every rule that its arrays have to keep, looked at from the outside. One line each. */
import { KEPT, NEVER_TICK, NONE, TABLE_BIT, TICK_SHIFT, USE_MASK } from '../../src/slots.js'
import type { FifoParts, Links, Parts } from './parts.js'

const LISTS = 64
const LEVELS = 4
const DUE = LEVELS * LISTS
const FARTHEST_TICKS = (LISTS - 1) * LISTS ** (LEVELS - 1)

export function violationsOf(parts: Parts): string[] {
  const found: string[] = []
  const check = (isRight: boolean, problem: () => string): void => {
    if (!isRight) found.push(problem())
  }
  const { slots, bounds, kept, wheel, lru, fifo } = parts
  const live = checkSlots(parts, check)
  checkIndexes(parts, live, check)

  const keptSlots = slotsOf(kept, 0, 'kept', check)
  for (const slot of keptSlots)
    check(useOf(parts, slot) === KEPT, () => `slot ${slot} is kept, and its word does not say so`)
  const ordered = [...keptSlots, ...(lru === undefined ? [] : slotsOf(lru, 0, 'lru', check))]
  if (fifo !== undefined) ordered.push(...checkFifo(parts, fifo, check))
  check(new Set(ordered).size === ordered.length, () => 'a slot is in two orders of eviction')
  check(
    areSame(ordered, live),
    () => `the orders of eviction have ${ordered.length} slots, and ${live.length} are used`,
  )
  const said = live.filter((slot) => useOf(parts, slot) === KEPT)
  check(areSame(said, keptSlots), () => `${said.length} words say that their slot is kept, and ${keptSlots.length} are`)

  const dying = live.filter((slot) => tickOf(parts, slot) !== NEVER_TICK)
  checkWheel(parts, wheel, dying, check)

  const bytes = live.reduce((sum, slot) => sum + (slots.sizes[slot] ?? 0), 0)
  check(parts.bytes === bytes, () => `the store counts ${parts.bytes} bytes, and its entries have ${bytes}`)
  check(bytes <= bounds.maxBytes, () => `${bytes} bytes are more than ${bounds.maxBytes}`)
  check(slots.count <= bounds.maxEntries, () => `${slots.count} entries are more than ${bounds.maxEntries}`)
  return found
}

type Check = (isRight: boolean, problem: () => string) => void

/** The slots in use. */
function checkSlots({ slots }: Parts, check: Check): number[] {
  const { keys, values, words, offsets, sizes, count, free, used } = slots
  check(
    keys.length === used && values.length === used,
    () => `${keys.length} keys and ${values.length} values for ${used} slots`,
  )
  check(used <= words.length, () => `${used} slots where there is room for ${words.length}`)
  check(offsets.length === words.length && sizes.length === words.length, () => 'the arrays differ in length')
  const chain = new Set<number>()
  for (let slot = free; slot !== NONE; slot = words[slot] ?? NONE) {
    const isRight = slot > 0 && slot < used && !chain.has(slot)
    check(isRight, () => `the chain of free slots leads to ${slot}`)
    if (!isRight) break
    chain.add(slot)
    check(keys[slot] === undefined && values[slot] === undefined, () => `the free slot ${slot} holds something`)
  }
  const live = Array.from({ length: used - 1 }, (_, index) => index + 1).filter((slot) => !chain.has(slot))
  check(live.length === count, () => `${live.length} slots are not free, and ${count} are counted`)
  for (const slot of live) check(typeof keys[slot] === 'string', () => `slot ${slot} is used, and has no key`)
  return live
}

function checkIndexes({ indexes, slots }: Parts, live: readonly number[], check: Check): void {
  const found: number[] = []
  indexes.forEach((index, table) => {
    for (const [key, slot] of index) {
      found.push(slot)
      check(slots.keys[slot] === key, () => `'${key}' leads to slot ${slot}, which has '${slots.keys[slot]}'`)
      const bit = ((slots.words[slot] ?? 0) & TABLE_BIT) === 0 ? 0 : 1
      check(bit === table, () => `table ${table} has slot ${slot}, whose word says ${bit}`)
    }
  })
  check(areSame(found, live), () => `keys lead to ${found.length} slots, and ${live.length} are used`)
}

/** The slots of both queues. */
function checkFifo(parts: Parts, fifo: FifoParts, check: Check): number[] {
  const { nodes, regions, edge, weights, counts, learned, clock } = fifo
  const walk = (head: number, name: string): number[] => {
    const slots: number[] = []
    let older = head
    for (let node = nodes[head + 1] ?? 0; ; node = nodes[node + 1] ?? 0) {
      check(nodes[node] === older, () => `${name}: node ${node} does not lead back to ${older}`)
      if (node === head) return slots
      const slot = (node >> 2) - 1
      if (slot < 1 || node % 4 !== 0 || slots.length >= nodes.length) {
        check(false, () => `${name}: leads to ${node}`)
        return slots
      }
      slots.push(slot)
      const stamps = [older === head ? Number.NEGATIVE_INFINITY : nodes[older + 2], nodes[node + 2], clock] as number[]
      check(
        stamps.every((stamp, index) => index === 0 || stamp >= (stamps[index - 1] ?? 0)),
        () => `${name}: stamps ${stamps.join()}`,
      )
      older = node
    }
  }
  const small = walk(0, 'small')
  const main = walk(4, 'main')
  const firstOfNursery = small.findIndex((slot) => regions[slot] === 0)
  const nursery = firstOfNursery === -1 ? [] : small.slice(firstOfNursery)
  const probation = small.slice(0, small.length - nursery.length)
  const edgeNode = nursery[0] === undefined ? 0 : (nursery[0] + 1) << 2
  check(edge === edgeNode, () => `the nursery begins at node ${edgeNode}, and its edge is ${edge}`)
  for (const slot of nursery)
    check(regions[slot] === 0, () => `slot ${slot} is in the nursery, and of region ${regions[slot]}`)
  for (const slot of probation)
    check(regions[slot] === 1, () => `slot ${slot} is older than the nursery, of ${regions[slot]}`)
  for (const slot of main)
    check([2, 6].includes(regions[slot] ?? 0), () => `slot ${slot} is in main, of ${regions[slot]}`)
  const sums = [nursery, probation, main].map((slots) =>
    slots.reduce((sum, slot) => sum + Math.max(parts.slots.sizes[slot] ?? 0, parts.bounds.leastWeight), 0),
  )
  check(areEqual(sums, weights), () => `the regions weigh ${sums.join()}, and are said to weigh ${weights.join()}`)
  const lengths = [small.length + main.length, main.length]
  check(areEqual(lengths, counts), () => `all and main have ${lengths.join()}, and are said to have ${counts.join()}`)
  check(learned.share >= 0.01 && learned.share <= 0.9, () => `the small queue's share is ${learned.share}`)
  for (const name of ['usedInMain', 'fromSmall'] as const) {
    check(learned[name] >= 0 && learned[name] <= 1, () => `${name} is ${learned[name]}`)
  }
  return [...small, ...main]
}

/** What expires is in a list that is looked at in time. What left, or never expires any more, may stay until the list's time comes. */
function checkWheel(parts: Parts, wheel: Links | undefined, dying: readonly number[], check: Check): void {
  const { tick, timerTick, waitsFor } = parts
  const waiting = new Set<number>()
  let next = Number.POSITIVE_INFINITY
  for (let list = 0; wheel !== undefined && list <= DUE; list++) {
    // Most are empty.
    if (wheel.links[(list + 1) * 2] === list + 1 && wheel.links[(list + 1) * 2 + 1] === list + 1) continue
    const level = Math.floor(list / LISTS)
    const now = tick >> (6 * level)
    const turn = now + 1 + (((list % LISTS) - now - 1) & (LISTS - 1))
    const begins = list === DUE ? tick : turn << (6 * level)
    if (list !== DUE) next = Math.min(next, begins)
    for (const slot of slotsOf(wheel, list, `wheel ${list}`, check)) {
      check(!waiting.has(slot), () => `slot ${slot} is in two lists of the wheel`)
      waiting.add(slot)
      const said = waitsFor[slot] ?? 0
      const isRight = list === DUE ? said > 0 && said <= tick : said === begins
      check(isRight, () => `slot ${slot} is looked at in tick ${begins}, and said to be in ${said}`)
    }
  }
  for (const slot of dying) {
    check(waiting.has(slot), () => `slot ${slot} expires, and is in no list of the wheel`)
    const latest = Math.min(Math.max(tickOf(parts, slot), tick) + 1, tick + FARTHEST_TICKS)
    check(
      (waitsFor[slot] ?? 0) <= latest,
      () => `slot ${slot} waits until ${waitsFor[slot]}, and has to until ${latest}`,
    )
  }
  const said = waitsFor.reduce((sum, one) => sum + (one === 0 ? 0 : 1), 0)
  check(said === waiting.size, () => `${said} slots are said to wait, and ${waiting.size} do`)
  check(timerTick <= next, () => `the timer is set for tick ${timerTick}, and the next list begins at ${next}`)
}

/** The slots of a list, whose links have to agree. */
export function slotsOf({ links, heads }: Links, list: number, name: string, check: Check): number[] {
  const head = list + 1
  const slots: number[] = []
  let previous = head
  for (let node = links[head * 2] ?? 0; ; node = links[node * 2] ?? 0) {
    check(links[node * 2 + 1] === previous, () => `${name}: node ${node} does not lead back to ${previous}`)
    if (node === head) return slots
    if (node <= heads || slots.length >= links.length) {
      check(false, () => `${name}: leads to ${node}`)
      return slots
    }
    slots.push(node - heads)
    previous = node
  }
}

const useOf = ({ slots }: Parts, slot: number): number => (slots.words[slot] ?? 0) & USE_MASK

const tickOf = ({ slots }: Parts, slot: number): number => (slots.words[slot] ?? 0) >> TICK_SHIFT

const areEqual = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index])

/** In whatever order. */
function areSame(one: readonly number[], other: readonly number[]): boolean {
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b)
  return areEqual(sorted(one), sorted(other))
}
