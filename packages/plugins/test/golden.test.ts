/** The figures that the original's plugins gave for a sequence of commands, and where ours are others on purpose. */
import { cacheOver, MapBackend } from '@pycached/testing'
import { expect, test } from 'vitest'
import { leftOut, sharedFile } from '../../../test/support/shared.js'
import { HitMissRatioPlugin, TimingPlugin } from '../src/index.js'

type Typed = { t: string; v?: unknown }
interface Call {
  op: 'get' | 'set' | 'multi_get'
  args: Typed[]
  kwargs: Record<string, Typed>
  hit_miss_ratio: { total: number; hits: number; hit_ratio: number } | null
}
interface Timed {
  took: number
  profiling: Record<'get_total' | 'get_avg' | 'get_max' | 'get_min', number>
}
interface Golden {
  plugins: { id: string; calls?: Call[]; post_get_calls?: Timed[] }[]
}

const golden = sharedFile<Golden>('golden/commands.json')
if (golden === undefined) leftOut('golden/commands.json', "the figures of the original's plugins")
else {
  const section = (id: string) => golden.plugins.find((plugin) => plugin.id === id)

  test('hits and misses are those of the original, but for a default and a stored null', async () => {
    const cache = cacheOver(new MapBackend(), { plugins: [new HitMissRatioPlugin()] })
    const calls = section('plugins/hit_miss/aiocache')?.calls ?? []
    // Reads that the original takes for hits and misses by what they return: a default is no hit, a stored null is one.
    const corrections = new Map([
      ['get zz default', -1],
      ['get n', +1],
    ])
    let corrected = 0
    for (const { op, args, kwargs, hit_miss_ratio: expected } of calls) {
      const options = Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, plain(value)]))
      const [first, second] = args.map(plain) as [string & string[], unknown]
      if (op === 'set') await cache.set(first, second, options)
      else if (op === 'get') await cache.get(first, options)
      else await cache.multiGet(first, options)
      corrected += corrections.get([op, first, ...Object.keys(kwargs)].join(' ')) ?? 0
      const { total = 0, hits = 0 } = expected ?? {}
      expect(cache.hitMissRatio).toMatchObject({ total, hits: hits + corrected })
      expect(cache.hitMissRatio.hitRatio).toBe(total === 0 ? 0 : (hits + corrected) / total)
    }
    expect(calls.length).toBe(11)
  })

  test('times are those of the original, but for the least, which it forgets after a 0', () => {
    const plugin = new TimingPlugin()
    const cache = cacheOver(new MapBackend(), { plugins: [plugin] })
    const calls = section('plugins/timing/aiocache')?.post_get_calls ?? []
    let least = Number.POSITIVE_INFINITY
    for (const { took, profiling } of calls) {
      plugin.postGet(cache, ['key'], { took })
      least = Math.min(least, took)
      const { getTotal, getAvg, getMin, getMax } = cache.profiling
      expect([getTotal, getMax, getMin]).toEqual([profiling.get_total, profiling.get_max, least])
      expect(getAvg).toBeCloseTo(profiling.get_avg, 12)
    }
    expect(calls.length).toBe(5)
  })
}

function plain({ t, v }: Typed): unknown {
  if (t === 'none') return null
  if (t === 'int') return Number(v)
  return t === 'list' ? (v as Typed[]).map(plain) : v
}
