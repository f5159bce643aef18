/** A slot of a Redis Cluster on its way to another master, step by step, so that a test can look into the middle. */

import { ask } from './ask.js'

interface Node {
  readonly id: string
  readonly port: number
}

export interface SlotMoveOptions {
  readonly slot: number
  readonly from: Node
  readonly to: Node
  /** Ports of the other masters, who are told at the end. */
  readonly others: readonly number[]
  readonly password: string | undefined
}

export interface SlotMove {
  readonly fromPort: number
  readonly toPort: number
  /** Moves up to so many keys; resolves to how many it were. Those that moved are answered with `ASK` by the old master. */
  keys(count: number): Promise<number>
  /** Moves what is left and gives the slot to the new master; from now on the old one answers `MOVED`. */
  finish(): Promise<void>
}

/** Resolves once both masters know that the slot is on its way. */
export async function movingSlot({ slot, from, to, others, password }: SlotMoveOptions): Promise<SlotMove> {
  const on = <T>(port: number, command: string, ...args: (string | number)[]) =>
    ask<T>({ port, password }, command, args)
  const auth = password === undefined ? [] : ['AUTH', password]
  const keys = async (count: number): Promise<number> => {
    const found = await on<string[]>(from.port, 'cluster', 'getkeysinslot', slot, count)
    if (found.length === 0) return 0
    await on(from.port, 'migrate', '127.0.0.1', to.port, '', 0, 5000, ...auth, 'KEYS', ...found)
    return found.length
  }
  // In this order: a master that gives the slot away sends clients to the other one, who must know of it.
  await on(to.port, 'cluster', 'setslot', slot, 'importing', from.id)
  await on(from.port, 'cluster', 'setslot', slot, 'migrating', to.id)
  return {
    fromPort: from.port,
    toPort: to.port,
    keys,
    finish: async () => {
      while ((await keys(100)) > 0);
      // The new owner first: were it the old one, clients would be sent to and fro in between.
      for (const port of [to.port, from.port, ...others]) await on(port, 'cluster', 'setslot', slot, 'node', to.id)
    },
  }
}
