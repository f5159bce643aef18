/**
 * Two queues in order of arrival. A small one takes what is new; what is used there goes on to the main one, which gives an entry that
 * was used another turn. A hit only counts, up to two: nothing moves. What is used once, as a scan is, passes through the small queue.
 *
 * From S3-FIFO (https://s3fifo.com), with four changes; docs/decisions.md compares the whole with what others do:
 *
 * - The newest part of the small queue is a nursery. Hits there are one burst with the insertion, and prove nothing.
 * - Ghosts of what left either queue steer how large the small queue is: a hit that more room would have given moves the border.
 * - Whoever returns goes to the main queue only if it returns sooner than an entry there waits for its turn, or was used there before.
 * - The small queue grows only for a return that a plain LRU of the same size would have had as a hit.
 *
 * Long, and still one concept: each step of the queues is also what the border between them is learned from.
 */
import type { Eviction } from './eviction.js'
import { FROM_MAIN, FROM_SMALL, Ghosts, NO_GHOST, PROVEN_IN_MAIN } from './ghosts.js'
import { hashOf } from './key-hash.js'
import { grown, MAX_USE, moreThan, NONE, type Slots, USE_MASK } from './slots.js'

/** The small queue's share of the whole: at the start, and its limits. */
const SHARE = 0.1
const MIN_SHARE = 0.01
const MAX_SHARE = 0.9
/** The nursery's share of the small queue. */
const NURSERY_SHARE = 0.25
/** Ghosts that are among the latest of their queue, in entries of the whole, tell what a little more room would have given. */
const WINDOW_SHARE = 0.25
/** How fast running averages follow. */
const FOLLOW = 1 / 64
/** Entries that one eviction gives another turn, or moves on, at most: the next one goes all the same. */
const TURNS = 1024
/** An entry of the main queue that is used at all is used within so many of its turns, about. */
const REACH_TURNS = 2

/** The region of an entry, one byte. */
const NURSERY = 0
const PROBATION = 1
const MAIN = 2
/** It was used in the main queue. */
const PROVEN = 4
const REGION = 3

/** Four integers for each node, side by side: its neighbours, when it came to its region, and its key's hash, 0 if not computed. */
const NODE_SHIFT = 2
const WORDS = 1 << NODE_SHIFT
const OLDER = 0
const NEWER = 1
const STAMP = 2
const HASH = 3

/** The queues are circles through their heads: OLDER of a head is its newest entry, NEWER its oldest. The node of a slot is slot + 1. */
const SMALL_HEAD = 0
const MAIN_HEAD = 1 * WORDS
const SMALLEST = 84

export class AdaptiveFifo implements Eviction {
  readonly #slots: Slots
  /** What an entry weighs at least: with two bounds, the same share of either. */
  readonly #leastWeight: number
  /** Nodes are named by the place of their first integer. */
  #nodes = new Int32Array()
  #regions = new Uint8Array()
  /** The oldest entry of the nursery, or the head of the small queue. */
  #edge = SMALL_HEAD
  #nurseryWeight = 0
  #probationWeight = 0
  #mainWeight = 0
  #mainCount = 0
  #count = 0
  /** How many entries there were when some had to go for one that arrived. */
  #capacity = 0
  #isFirstToGo = false
  #share = SHARE
  /** Counts insertions. */
  #clock = 0
  /** How many of the main queue's entries were used when their turn came, of late. */
  #usedInMain = 0
  /** How many evictions were from the small queue, of late. */
  #fromSmall = 0.5
  /** Made by the first eviction: a cache that never fills pays nothing for them. */
  #ghosts: Ghosts | undefined
  #arrivedHash = 0
  #arrivedToMain = false

  /** `leastWeight` is in bytes, 1 or more, as the sizes of `slots` are. */
  constructor(slots: Slots, leastWeight: number) {
    this.#slots = slots
    this.#leastWeight = leastWeight
    this.reset()
  }

  arrive(key: string): void {
    this.#clock = (this.#clock + 1) | 0
    this.#isFirstToGo = true
    if (this.#ghosts === undefined) return
    this.#arrivedHash = hashOf(key)
    const origin = this.#ghosts.take(this.#arrivedHash, this.#clock)
    this.#arrivedToMain = origin !== NO_GHOST && this.#judge(origin, this.#ghosts.age)
  }

  admit(slot: number): void {
    const node = this.#enter(slot, this.#arrivedToMain ? MAIN : NURSERY)
    this.#nodes[node + HASH] = this.#arrivedHash
  }

  readmit(slot: number): void {
    const node = this.#enter(slot, MAIN)
    this.#nodes[node + HASH] = 0
  }

  touch(slot: number, word: number): void {
    if ((word & USE_MASK) < MAX_USE) this.#slots.words[slot] = word + 1
  }

  resize(slot: number, bytes: number): void {
    this.#addWeight(this.#regions[slot] as number, Math.max(bytes, this.#leastWeight) - this.#weightOf(slot))
  }

  remove(slot: number): void {
    const node = nodeOf(slot)
    if (node === this.#edge) this.#edge = this.#nodes[node + NEWER] as number
    this.#leave(slot, node)
  }

  evict(): number {
    if (this.#count === 0) return NONE
    if (this.#isFirstToGo || this.#capacity === 0) this.#capacity = this.#count
    this.#isFirstToGo = false
    if (!this.#ghosts?.suits(this.#capacity)) this.#ghosts = new Ghosts(this.#capacity)
    const small = this.#nurseryWeight + this.#probationWeight
    const fromMain = small < Math.max(this.#share, 1 / this.#count) * (small + this.#mainWeight)
    return fromMain
      ? this.#evictFromMain(this.#ghosts) || this.#evictFromSmall(this.#ghosts)
      : this.#evictFromSmall(this.#ghosts) || this.#evictFromMain(this.#ghosts)
  }

  reset(): void {
    this.#nodes = new Int32Array(SMALLEST * WORDS)
    this.#nodes[MAIN_HEAD + OLDER] = this.#nodes[MAIN_HEAD + NEWER] = MAIN_HEAD
    this.#regions = new Uint8Array(SMALLEST)
    this.#edge = SMALL_HEAD
    this.#nurseryWeight = this.#probationWeight = this.#mainWeight = this.#mainCount = this.#count = 0
    this.#capacity = 0
    this.#share = SHARE
    this.#clock = 0
    this.#usedInMain = 0
    this.#fromSmall = 0.5
    this.#ghosts = undefined
    this.#arrivedHash = 0
    this.#arrivedToMain = false
  }

  /** @internal What it consists of, for tests. */
  _snapshot() {
    return {
      nodes: this.#nodes,
      regions: this.#regions,
      edge: this.#edge,
      ghosts: this.#ghosts,
      weights: [this.#nurseryWeight, this.#probationWeight, this.#mainWeight],
      counts: [this.#count, this.#mainCount],
      learned: { share: this.#share, usedInMain: this.#usedInMain, fromSmall: this.#fromSmall },
      clock: this.#clock,
    }
  }

  /** Learns from a key that returns, `age` insertions after it was evicted. Whether it belongs in the main queue. */
  #judge(origin: number, age: number): boolean {
    const nodes = this.#nodes
    const capacity = this.#capacity
    const window = Math.max(1, capacity * WINDOW_SHARE)
    if (origin !== FROM_SMALL) {
      if (age * (1 - this.#fromSmall) <= window)
        this.#share = Math.min(MAX_SHARE, Math.max(MIN_SHARE, 1 / capacity, this.#share - 1 / capacity))
      return origin === PROVEN_IN_MAIN
    }
    // It was in the small queue for about as long as the oldest there is now.
    const oldest = nodes[SMALL_HEAD + NEWER] as number
    const reuse = age + (oldest === SMALL_HEAD ? 0 : this.#ageOf(oldest))
    const turn = this.#mainCount === 0 ? Number.POSITIVE_INFINITY : this.#ageOf(nodes[MAIN_HEAD + NEWER] as number)
    if (age * this.#fromSmall <= window) {
      // A plain LRU would have had a hit if no more entries were used meanwhile than it has room for.
      const used = this.#usedInMain * this.#mainCount * Math.min(1, reuse / (REACH_TURNS * turn))
      if (reuse + used <= capacity) this.#share = Math.min(MAX_SHARE, this.#share + 1 / capacity)
    }
    return reuse <= turn
  }

  #ageOf(node: number): number {
    return (this.#clock - (this.#nodes[node + STAMP] as number)) | 0
  }

  #evictFromSmall(ghosts: Ghosts): number {
    const nodes = this.#nodes
    const { words } = this.#slots
    const total = this.#nurseryWeight + this.#probationWeight + this.#mainWeight
    const nursery = NURSERY_SHARE * Math.max(this.#share, 1 / this.#capacity) * total
    for (let turn = 1; ; turn++) {
      if (this.#probationWeight === 0 || this.#nurseryWeight > nursery) {
        if (this.#edge === SMALL_HEAD) return NONE
        this.#endNursery(slotOf(this.#edge))
        continue
      }
      const node = nodes[SMALL_HEAD + NEWER] as number
      const slot = slotOf(node)
      this.#leave(slot, node)
      if (((words[slot] as number) & USE_MASK) > 0 && turn <= TURNS) {
        this.#enter(slot, MAIN)
        continue
      }
      this.#fromSmall += (1 - this.#fromSmall) * FOLLOW
      ghosts.add(this.#hashOf(node), FROM_SMALL, this.#clock)
      return slot
    }
  }

  #evictFromMain(ghosts: Ghosts): number {
    const nodes = this.#nodes
    const { words } = this.#slots
    for (let turn = 1; this.#mainCount > 0; turn++) {
      const node = nodes[MAIN_HEAD + NEWER] as number
      const slot = slotOf(node)
      const word = words[slot] as number
      if ((word & USE_MASK) > 0 && turn <= TURNS) {
        this.#usedInMain += (1 - this.#usedInMain) * FOLLOW
        words[slot] = word - 1
        this.#unlink(node)
        this.#push(MAIN_HEAD, node)
        this.#regions[slot] = MAIN | PROVEN
        continue
      }
      this.#usedInMain -= this.#usedInMain * FOLLOW
      this.#fromSmall -= this.#fromSmall * FOLLOW
      const origin = ((this.#regions[slot] as number) & PROVEN) === 0 ? FROM_MAIN : PROVEN_IN_MAIN
      this.#leave(slot, node)
      ghosts.add(this.#hashOf(node), origin, this.#clock)
      return slot
    }
    return NONE
  }

  /** The oldest entry of the nursery goes on to probation: its place in the queue is the same, its hits are forgotten. */
  #endNursery(slot: number): void {
    const weight = this.#weightOf(slot)
    this.#nurseryWeight -= weight
    this.#probationWeight += weight
    this.#regions[slot] = PROBATION
    const { words } = this.#slots
    words[slot] = (words[slot] as number) & ~USE_MASK
    this.#edge = this.#nodes[nodeOf(slot) + NEWER] as number
  }

  /** The entry is the newest of its region from now on, and unused. */
  #enter(slot: number, region: number): number {
    const node = nodeOf(slot)
    while (node >= this.#nodes.length) this.#grow()
    const { words } = this.#slots
    words[slot] = (words[slot] as number) & ~USE_MASK
    this.#push(region === MAIN ? MAIN_HEAD : SMALL_HEAD, node)
    if (region === NURSERY && this.#edge === SMALL_HEAD) this.#edge = node
    this.#regions[slot] = region
    this.#addWeight(region, this.#weightOf(slot))
    this.#count++
    if (region === MAIN) this.#mainCount++
    return node
  }

  #grow(): void {
    const capacity = moreThan(this.#regions.length)
    this.#nodes = grown(this.#nodes, new Int32Array(capacity * WORDS))
    this.#regions = grown(this.#regions, new Uint8Array(capacity))
  }

  #leave(slot: number, node: number): void {
    const region = this.#regions[slot] as number
    this.#unlink(node)
    this.#addWeight(region, -this.#weightOf(slot))
    this.#count--
    if ((region & REGION) === MAIN) this.#mainCount--
  }

  #addWeight(region: number, weight: number): void {
    if ((region & REGION) === MAIN) this.#mainWeight += weight
    else if (region === PROBATION) this.#probationWeight += weight
    else this.#nurseryWeight += weight
  }

  #weightOf(slot: number): number {
    return Math.max(this.#slots.sizes[slot] as number, this.#leastWeight)
  }

  #hashOf(node: number): number {
    return (this.#nodes[node + HASH] as number) || hashOf(this.#slots.keys[slotOf(node)] as string)
  }

  #push(head: number, node: number): void {
    const nodes = this.#nodes
    const newest = nodes[head + OLDER] as number
    nodes[node + OLDER] = newest
    nodes[node + NEWER] = head
    nodes[node + STAMP] = this.#clock
    nodes[newest + NEWER] = node
    nodes[head + OLDER] = node
  }

  #unlink(node: number): void {
    const nodes = this.#nodes
    const older = nodes[node + OLDER] as number
    const newer = nodes[node + NEWER] as number
    nodes[older + NEWER] = newer
    nodes[newer + OLDER] = older
  }
}

function nodeOf(slot: number): number {
  return (slot + 1) << NODE_SHIFT
}

function slotOf(node: number): number {
  return (node >> NODE_SHIFT) - 1
}
