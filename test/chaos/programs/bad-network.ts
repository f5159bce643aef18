/**
 * A network between clients and a server that does what its name says: `node program.mjs <port of the server> <swallows|slow|changes> <seed>`.
 * It tells the port that clients connect to, and goes on until it is killed.
 */

import { type Proxy, startProxy } from '../../support/proxy.js'
import { Random } from '../random.js'

const CHANGE_MS = 40

const CHANGES: readonly ((proxy: Proxy) => unknown)[] = [
  (proxy) => proxy.cut(),
  (proxy) => proxy.cut({ refuse: true }),
  (proxy) => proxy.blackhole(),
  (proxy) => proxy.halfOpen(),
  (proxy) => proxy.heal(),
]

const KINDS: Readonly<Record<string, (proxy: Proxy, random: Random) => void>> = {
  swallows: (proxy) => proxy.blackhole(),
  slow(proxy) {
    proxy.delay('toClient', 100)
    proxy.slice(3)
  },
  changes(proxy, random) {
    setInterval(() => void random.pick(CHANGES)(proxy), CHANGE_MS)
  },
}

const [serverPort, kind = '', seed] = process.argv.slice(2)
const proxy = await startProxy(Number(serverPort))
KINDS[kind]?.(proxy, new Random(Number(seed)))
process.send?.(proxy.port)
