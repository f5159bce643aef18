/**
 * Writes many times as much as the heap holds, of several kinds, with the default bounds. Prints how much it wrote and what is left; a
 * process without bounds dies of it.
 */
import { SimpleMemoryCache } from '@pycached/memory'

const MIB = 2 ** 20
const cache = new SimpleMemoryCache()
let written = 0
/** As V8 keeps it: a byte per character of its own, no repetition of a short one. */
const textOf = (length: number, index: number): string => Buffer.alloc(length, `${index} `).toString('latin1')

for (let index = 0; written < 1200 * MIB; index++) {
  const text = textOf(20_000, index)
  await cache.set(`text:${index}`, text)
  await cache.set(`object:${index}`, { name: textOf(5000, index), list: [textOf(5000, -index)] })
  written += 30_000
}
console.log(JSON.stringify({ written, entries: await cache.raw('size') }))
