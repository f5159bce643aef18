import type { BaseCache } from '@pycached/core'
import { expectTypeOf, test } from 'vitest'
import type { HitMissRatio, Profiling } from '../src/index.js'

test('caches have the figures as properties once the package is imported', () => {
  expectTypeOf<BaseCache['hitMissRatio']>().toEqualTypeOf<HitMissRatio>()
  expectTypeOf<BaseCache['profiling']>().toEqualTypeOf<Profiling>()
  expectTypeOf<Profiling['multiDeleteAvg']>().toEqualTypeOf<number>()
  expectTypeOf<HitMissRatio['hitRatio']>().toEqualTypeOf<number>()
})

test('there are no figures of what is no command, and none can be written', () => {
  const cache = {} as BaseCache
  // @ts-expect-error close has no hooks
  void cache.profiling.closeMin
  // @ts-expect-error a snapshot
  cache.profiling.getMin = 1
  // @ts-expect-error a snapshot
  cache.hitMissRatio.total = 1
})
