/**
 * Keys → slots of a Redis Cluster. Mirrors https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 *
 * Exact for every key: keys that are sent together must have one slot, or the server refuses all of them.
 */
import { Buffer } from 'node:buffer'

export const SLOTS = 16_384

/** CRC-16/XMODEM of each byte. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc
})

/** From 0 to 16383. Text is taken as UTF-8. */
export function slotOf(key: string | Buffer): number {
  // One character per byte: braces stay what they are, and bytes that are no text stay apart.
  const text = typeof key === 'string' ? key : key.toString('latin1')
  return crcOf(Buffer.from(hashTagOf(text) ?? text, typeof key === 'string' ? 'utf8' : 'latin1')) % SLOTS
}

/** Of `bytes` that stand behind others, where the checksum of those is given. */
export function crcOf(bytes: Iterable<number>, crcBefore = 0): number {
  let crc = crcBefore
  for (const byte of bytes) crc = ((crc << 8) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] as number)) & 0xffff
  return crc
}

/** What alone decides the slot: the text between the first `{` and the next `}`, unless it is empty. */
export function hashTagOf(key: string): string | undefined {
  const start = key.indexOf('{') + 1
  if (start === 0) return undefined
  const end = key.indexOf('}', start)
  return end <= start ? undefined : key.slice(start, end)
}

/** What has one slot together, in the order in which it stands. */
export function bySlot<T>(items: readonly T[], slotOfItem: (item: T) => number): T[][] {
  const parts = new Map<number, T[]>()
  for (const item of items) {
    const slot = slotOfItem(item)
    const part = parts.get(slot)
    if (part === undefined) parts.set(slot, [item])
    else part.push(item)
  }
  return [...parts.values()]
}
