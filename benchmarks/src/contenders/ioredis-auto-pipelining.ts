/** A limit of Redis: ioredis that sends the commands of one tick together. */

import type { Contender } from '../contender.js'
import { ioredisStore } from './ioredis.js'

export default {
  name: 'ioredis, auto-pipelining',
  kind: 'limit',
  packages: ['ioredis'],
  usage: 'As ioredis, with `enableAutoPipelining`.',
  only: ['R1', 'R2.64', 'R2.512', 'R3'],
  async redis({ url, namespace }) {
    const { Redis } = await import('ioredis')
    return ioredisStore(new Redis(url, { enableAutoPipelining: true }), namespace)
  },
} satisfies Contender
