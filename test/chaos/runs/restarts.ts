/** Redis is killed and started again, again and again. */

import { RedisCache } from '@pycached/redis'
import { startRedisServer } from '../../support/redis-server.js'
import type { ChaosRun } from '../run.js'

const run: ChaosRun = {
  name: 'restarts',
  title: 'Redis is killed and restarted',
  mustShow: 'every restart is followed by a write and a read',
  async run(size) {
    const rounds = size === 'quick' ? 3 : 200
    await using server = await startRedisServer()
    await using cache = new RedisCache({ port: server.port })
    let used = 0
    for (let round = 0; round < rounds; round++) {
      await server.restart()
      await cache.set('round', round).catch(() => cache.set('round', round))
      if ((await cache.get('round')) === round) used++
    }
    return [{ name: 'restarts after which the cache was of use', value: used, limit: { exactly: rounds } }]
  },
}

export default run
