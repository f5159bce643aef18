/** One payload of others, damaged as stores, networks, other programs and attackers damage them. */

import type { Random } from '../random.js'
import type { Beginning } from './corpus.js'

/** Repetitions make payloads longer; beyond this they are cut. */
const MAX_BYTES = 16_384

const LENGTHS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]

type Change = (payload: Buffer, random: Random, beginning: Beginning) => Buffer

const flip: Change = (payload, random) => {
  const at = random.below(payload.length)
  payload[at] = (payload[at] ?? 0) ^ (1 << random.below(8))
  return payload
}
const replace: Change = (payload, random) => {
  payload[random.below(payload.length)] = random.below(256)
  return payload
}
const cut: Change = (payload, random) => payload.subarray(0, random.below(payload.length))
const remove: Change = (payload, random) => {
  const at = random.below(payload.length)
  return Buffer.concat([payload.subarray(0, at), payload.subarray(at + 1 + random.below(8))])
}
const insert: Change = (payload, random) =>
  put(payload, random, Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256))))
const insertPiece: Change = (payload, random, { pieces }) => put(payload, random, random.pick(pieces))
const repeat: Change = (payload, random) => {
  const from = random.below(payload.length)
  const part = payload.subarray(from, from + 1 + random.below(16))
  const times = 1 + random.below(random.chance(0.1) ? 2000 : 20)
  return put(payload, random, Buffer.concat(Array.from({ length: times }, () => part)))
}
const splice: Change = (payload, random, { payloads }) => {
  const other = random.pick(payloads)
  return Buffer.concat([payload.subarray(0, random.below(payload.length)), other.subarray(random.below(other.length))])
}
/** What may be a length, big end first or last, becomes another one. */
const resize: Change = (payload, random) => {
  const size = random.pick([1, 2, 4])
  if (payload.length < size) return payload
  const at = random.below(payload.length - size + 1)
  const length = random.pick(LENGTHS) & (size === 4 ? -1 : 2 ** (8 * size) - 1)
  if (random.chance(0.5)) payload.writeUIntBE(length >>> 0, at, size)
  else payload.writeUIntLE(length >>> 0, at, size)
  return payload
}

const CHANGES: readonly Change[] = [
  flip,
  replace,
  cut,
  remove,
  insert,
  insertPiece,
  insertPiece,
  repeat,
  splice,
  resize,
]

export function mutated(beginning: Beginning, random: Random): Uint8Array {
  let payload: Buffer = Buffer.from(random.pick(beginning.payloads))
  // One alone leaves more behind that can be read, and goes on to what comes after it.
  for (let changes = random.chance(0.5) ? 1 : 2 + random.below(3); changes > 0; changes--) {
    if (payload.length === 0) payload = Buffer.from(random.pick(beginning.pieces))
    payload = random.pick(CHANGES)(payload, random, beginning)
  }
  return payload.subarray(0, MAX_BYTES)
}

function put(payload: Buffer, random: Random, part: Uint8Array): Buffer {
  const at = random.below(payload.length + 1)
  return Buffer.concat([payload.subarray(0, at), part, payload.subarray(at)])
}
