import { backendContract } from '@pycached/testing'
import { inject, test } from 'vitest'
import { RedisCache } from '../src/index.js'
import { shared } from './support.js'

const create = (options: object) => new RedisCache({ ...shared(), ...options })

for (const { title, run } of backendContract({ create, prefix: `${inject('redisNamespace')}:contract` })) {
  test.concurrent(title, run)
}
