/** The process of one contender in one workload: prepares, does a round whenever it is told to, and answers what was measured. */

import { loadContender } from './load-contender.js'
import type { Answer, Order } from './run/messages.js'
import type { Prepared } from './workload.js'
import { workloads } from './workloads/index.js'

let prepared: Prepared | undefined

async function obey(order: Order): Promise<Answer> {
  if (order.kind === 'prepare') {
    const { assignment } = order
    const contender = await loadContender(assignment.contender)
    const workload = workloads.find(({ id }) => id === assignment.workload)
    if (workload === undefined) throw new Error(`There is no workload ${assignment.workload}`)
    prepared = await workload.prepare({ ...assignment, contender })
    return { kind: prepared === undefined ? 'absent' : 'ready' }
  }
  if (order.kind === 'end') {
    await prepared?.close()
    return { kind: 'ended' }
  }
  if (prepared === undefined) throw new Error('A round was asked for before anything was prepared')
  await prepared.before?.(order.round)
  // Nobody pays for the garbage of the round before, or of another contender's.
  globalThis.gc?.()
  const measured = await prepared.run(order.round)
  await prepared.check?.(order.round)
  return { kind: 'measured', measured }
}

process.on('message', (order: Order) => {
  void obey(order)
    .catch(
      (error: unknown): Answer => ({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
    )
    .then((answer) => {
      process.send?.(answer)
      // Whatever the contender keeps open must not keep the process.
      if (answer.kind === 'ended') process.disconnect()
    })
})
process.once('disconnect', () => process.exit())
