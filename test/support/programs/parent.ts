/** Starts the program that it is given as a child, tells its number, and waits to be killed. */

import { startChildren } from '../children.js'

const path = String(process.argv[2])
const [child] = startChildren({ path } as Parameters<typeof startChildren>[0], 1)
child?.send('started')
await child?.next()
child?.signal('SIGSTOP')
process.send?.(child?.pid)
setInterval(() => {}, 1000)
