/** A memory store with two tables, as a backend with a namespace has them, and all that it consists of. */
import type { Clock } from '@pycached/core'
import { AdaptiveFifo } from '../../src/adaptive-fifo.js'
import type { Ghosts } from '../../src/ghosts.js'
import { Lru } from '../../src/lru.js'
import type { Bounds } from '../../src/memory-options.js'
import type { SlotLists } from '../../src/slot-lists.js'
import { Store } from '../../src/store.js'
import { Table } from '../../src/table.js'
import { HOME } from './reference-store.js'

export interface Links {
  readonly links: Int32Array
  readonly heads: number
}

/** Copies: what a test breaks here breaks nothing else. */
export interface Parts {
  readonly bounds: { readonly maxEntries: number; readonly maxBytes: number; readonly leastWeight: number }
  bytes: number
  readonly slots: {
    readonly keys: (string | undefined)[]
    readonly values: unknown[]
    readonly words: Int32Array
    readonly offsets: Uint16Array
    readonly sizes: Uint32Array
    count: number
    free: number
    used: number
  }
  readonly indexes: readonly Map<string, number>[]
  readonly kept: Links
  readonly wheel: Links | undefined
  readonly waitsFor: Int32Array
  readonly tick: number
  timerTick: number
  readonly lru: Links | undefined
  readonly fifo: FifoParts | undefined
}

export interface FifoParts {
  readonly nodes: Int32Array
  readonly regions: Uint8Array
  edge: number
  readonly weights: number[]
  readonly counts: number[]
  readonly learned: { share: number; usedInMain: number; fromSmall: number }
  readonly clock: number
  readonly ghosts: Int32Array | undefined
}

export class RealStore {
  readonly store: Store
  readonly rest: Table
  readonly home: Table
  readonly #bounds: Bounds

  constructor(clock: Clock, bounds: Bounds) {
    this.#bounds = bounds
    this.store = new Store(clock, bounds)
    const whole = { raw: () => undefined, close: () => undefined }
    this.rest = new Table(whole, this.store, '')
    this.home = new Table(whole, this.store, HOME)
  }

  /** Which table has a complete key, and as what. */
  find(key: string): [Table, string] {
    return key.startsWith(HOME) ? [this.home, key.slice(HOME.length)] : [this.rest, key]
  }

  /** Expired or not. */
  has(key: string): boolean {
    const [table, short] = this.find(key)
    return table._snapshot().get(short) !== undefined
  }

  reset(): void {
    this.rest.forgetKeys()
    this.home.forgetKeys()
    this.store.reset()
  }

  parts(): Parts {
    const { slots, expiry, eviction, kept, owners, bytes } = this.store._snapshot()
    const { wheel, waitsFor, tick, timerTick } = expiry._snapshot()
    const { maxEntries, maxBytes } = this.#bounds
    return {
      bounds: { maxEntries, maxBytes, leastWeight: leastWeightOf(this.#bounds) },
      bytes,
      slots: {
        keys: [...slots.keys],
        values: [...slots.values],
        words: slots.words.slice(),
        offsets: slots.offsets.slice(),
        sizes: slots.sizes.slice(),
        count: slots.count,
        ...slots._snapshot(),
      },
      indexes: owners.map((owner) => new Map((owner as Table)._snapshot().entries())),
      kept: linksOf(kept),
      wheel: wheel === undefined ? undefined : linksOf(wheel),
      waitsFor: waitsFor.slice(),
      tick,
      timerTick,
      lru: eviction instanceof Lru ? linksOf(eviction._snapshot()) : undefined,
      fifo: eviction instanceof AdaptiveFifo ? fifoPartsOf(eviction) : undefined,
    }
  }
}

/** With both bounds an entry weighs the larger of its shares. */
export function leastWeightOf({ maxEntries, maxBytes }: { maxEntries: number; maxBytes: number }): number {
  return maxBytes === Infinity ? 1 : Math.max(1, Math.floor(maxBytes / maxEntries))
}

function linksOf(lists: SlotLists): Links {
  const { links, heads } = lists._snapshot()
  return { links: links.slice(), heads }
}

function fifoPartsOf(fifo: AdaptiveFifo): FifoParts {
  const { nodes, regions, ghosts, ...numbers } = fifo._snapshot()
  return { ...numbers, nodes: nodes.slice(), regions: regions.slice(), ghosts: cellsOf(ghosts) }
}

function cellsOf(ghosts: Ghosts | undefined): Int32Array | undefined {
  return ghosts?._snapshot().slice()
}
