/** What a memory store holds and has learned, without slots and links: the form in which it is compared with the reference. */
import { NEVER_TICK, TICK_SHIFT, USE_MASK } from '../../src/slots.js'
import type { FifoParts, Parts } from './parts.js'
import { HOME, type ReferenceEntry, type ReferenceStore } from './reference-store.js'
import { slotsOf } from './violations.js'

const TICK_MS = 512
const REGIONS = ['nursery', 'probation', 'main']
const WAYS = 8
const SMALL_WAYS = 5

export function stateOf(parts: Parts): unknown {
  const { slots, indexes, kept, bytes, lru, fifo } = parts
  const complete = new Map(
    indexes.flatMap((index, table) =>
      [...index].map(([key, slot]) => [slot, (table === 0 ? '' : HOME) + key] as const),
    ),
  )
  const keysOf = (listed: readonly number[]) => listed.map((slot) => complete.get(slot))
  const ignore = () => {}
  const entries = [...complete].map(([slot, key]) => {
    const tick = (slots.words[slot] ?? 0) >> TICK_SHIFT
    const deadlineMs = tick === NEVER_TICK ? 'never' : tick * TICK_MS + (slots.offsets[slot] ?? 0)
    return [key, slots.values[slot], slots.sizes[slot], deadlineMs]
  })
  return {
    bytes,
    entries: byKey(entries),
    kept: keysOf(slotsOf(kept, 0, 'kept', ignore)),
    policy:
      lru === undefined
        ? fifoStateOf(fifo as FifoParts, parts, complete)
        : { order: keysOf(slotsOf(lru, 0, 'lru', ignore)) },
  }
}

export function referenceStateOf(reference: ReferenceStore): unknown {
  const shown = ({ key, value, bytes, deadlineMs }: ReferenceEntry) => {
    return [key, value, bytes, deadlineMs === undefined ? 'never' : deadlineMs - (reference.startMs ?? 0)]
  }
  return {
    bytes: reference.bytes,
    entries: byKey([...reference.entries.values()].map(shown)),
    kept: reference.kept.map(({ key }) => key),
    policy: reference.policy.state(),
  }
}

function fifoStateOf(fifo: FifoParts, { slots }: Parts, complete: ReadonlyMap<number, string>): unknown {
  const { nodes, regions, weights, counts, learned, clock, ghosts } = fifo
  const queue = (head: number): unknown[] => {
    const shown: unknown[] = []
    for (let node = nodes[head + 1] ?? 0; node !== head; node = nodes[node + 1] ?? 0) {
      const slot = (node >> 2) - 1
      const region = regions[slot] ?? 0
      const use = (slots.words[slot] ?? 0) & USE_MASK
      shown.push([complete.get(slot), REGIONS[region & 3], (region & 4) !== 0, use, nodes[node + 2]])
    }
    return shown
  }
  return { small: queue(0), main: queue(4), weights, counts, learned, clock, ghosts: ghostsOf(ghosts) }
}

export function ghostsOf(cells: Int32Array | undefined): unknown[] {
  const shown = (part: Int32Array, origin: (ghost: number) => string): string[] =>
    [...part].flatMap((ghost) => (ghost === 0 ? [] : [`${ghost & 0xffff} at ${ghost >>> 17} from ${origin(ghost)}`]))
  return Array.from({ length: (cells?.length ?? 0) / WAYS }, (_, set) => {
    const part = (start: number, end: number) => (cells as Int32Array).subarray(set * WAYS + start, set * WAYS + end)
    const small = shown(part(0, SMALL_WAYS), () => 'small')
    const main = shown(part(SMALL_WAYS, WAYS), (ghost) => ((ghost & (1 << 16)) === 0 ? 'main' : 'proven'))
    return [set, small, main] as const
  }).filter(([, small, main]) => small.length + main.length > 0)
}

function byKey(entries: unknown[][]): unknown[][] {
  return entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
}
