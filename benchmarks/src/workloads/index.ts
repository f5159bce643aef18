/** All workloads, in the order of the tables. */

import type { Workload } from '../workload.js'
import { clearing } from './clearing.js'
import { heap } from './heap.js'
import { loadingWorkloads } from './loading.js'
import { memoryWorkloads } from './memory.js'
import { redisWorkloads } from './redis.js'
import { serializerWorkloads } from './serializers.js'
import { stallWorkloads } from './stalls.js'
import { stampede } from './stampede.js'

export const workloads: readonly Workload[] = [
  memoryWorkloads.hit,
  memoryWorkloads.miss,
  memoryWorkloads.set,
  memoryWorkloads.evictingSet('zipf'),
  memoryWorkloads.evictingSet('new'),
  memoryWorkloads.mixed,
  loadingWorkloads.hit,
  loadingWorkloads.miss,
  heap,
  memoryWorkloads.many,
  stallWorkloads.writes,
  stallWorkloads.expiring,
  redisWorkloads.oneGet,
  redisWorkloads.gets(64, 0.4),
  redisWorkloads.gets(512, 0.25),
  redisWorkloads.set,
  redisWorkloads.getMany,
  redisWorkloads.setMany,
  stampede,
  clearing,
  ...serializerWorkloads,
]
