/**
 * A Redis Cluster of three masters with a replica each, on this machine.
 *
 * ```ts
 * await using cluster = await startRedisCluster()
 * const [first] = await cluster.masters()
 * ```
 *
 * The nodes are told of each other by the file in which they keep what they know; meeting by command would take them several seconds more.
 */

import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, until } from './ask.js'
import { freePorts } from './free-port.js'
import { redisBinary } from './redis-binary.js'
import { movingSlot, type SlotMove } from './slot-move.js'
import { launch, type Running, temporaryFolder } from './supervised.js'

export interface ClusterMaster {
  readonly id: string
  readonly port: number
  /** First and last slot of each range. */
  readonly slots: readonly (readonly [first: number, last: number])[]
  /** Ports of the replicas that are up. */
  readonly replicas: readonly number[]
}

export interface ClusterOptions {
  /** Of every node. Default: none. */
  readonly password?: string
}

export interface RedisCluster extends AsyncDisposable {
  /** Of all six nodes, in no order. */
  readonly ports: readonly number[]
  /** As the nodes that are up see it now, in order of their slots. */
  masters(): Promise<ClusterMaster[]>
  masterOf(slot: number): Promise<ClusterMaster>
  /**
   * Kills the master; resolves once its replica has taken over and every node knows, to the milliseconds that it took. The killed node stays down until
   * {@link restore}. With `pause`, it is only stopped, and goes on after that, to find out that it is a replica now.
   */
  failover(masterPort: number, options?: { pause?: boolean }): Promise<number>
  /** Kills every node; they stay down until {@link restore}. */
  stop(): Promise<void>
  /** Starts all killed nodes again; resolves once every master has a replica that is up to date. */
  restore(): Promise<void>
  /** Makes a replica of the master the master, by agreement of the two: nothing that was acknowledged is lost. */
  switchOver(masterPort: number): Promise<number>
  /** Begins to move a slot to another master; its keys, and the end of it, are left to the caller. */
  moveSlot(slot: number, toPort: number): Promise<SlotMove>
}

/** Silence after which a node calls another one down. */
const NODE_TIMEOUT_MS = 1000

const SLOTS = 16_384

export async function startRedisCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const folder = temporaryFolder('cluster')
  const nodes = new Nodes(options, folder.path, await freePorts(6), await freePorts(6))
  const end = async (): Promise<void> => {
    await nodes.end()
    await folder[Symbol.asyncDispose]()
  }
  try {
    await nodes.begin()
  } catch (error) {
    await end()
    throw error
  }
  return {
    ports: nodes.ports,
    masters: () => nodes.masters(),
    masterOf: (slot) => nodes.masterOf(slot),
    failover: (masterPort, { pause = false } = {}) => nodes.failover(masterPort, pause),
    stop: () => nodes.end(),
    restore: () => nodes.restore(),
    switchOver: (masterPort) => nodes.switchOver(masterPort),
    moveSlot: (slot, toPort) => nodes.moveSlot(slot, toPort),
    [Symbol.asyncDispose]: end,
  }
}

class Nodes {
  readonly ports: readonly number[]
  readonly #busPorts: readonly number[]
  readonly #password: string | undefined
  readonly #folder: string
  readonly #ids: readonly string[]
  readonly #running = new Map<number, Running>()

  constructor(options: ClusterOptions, folder: string, ports: readonly number[], busPorts: readonly number[]) {
    this.#password = options.password
    this.#folder = folder
    this.ports = ports
    this.#busPorts = busPorts
    this.#ids = ports.map(() => randomBytes(20).toString('hex'))
  }

  async begin(): Promise<void> {
    for (const [index, port] of this.ports.entries()) {
      mkdirSync(this.#folderOf(port), { recursive: true })
      writeFileSync(join(this.#folderOf(port), 'nodes.conf'), this.#knowledgeOf(index))
    }
    await Promise.all(this.ports.map((port) => this.#launch(port)))
    await this.#settled()
  }

  async masters(): Promise<ClusterMaster[]> {
    const [port] = this.#running.keys()
    return mastersIn(await this.#ask<string>(Number(port), 'cluster', 'nodes'))
  }

  async masterOf(slot: number): Promise<ClusterMaster> {
    const masters = await this.masters()
    const found = masters.find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last))
    if (found === undefined) throw new Error(`No master has slot ${slot}`)
    return found
  }

  async failover(masterPort: number, pause: boolean): Promise<number> {
    const replicas = await this.#replicasOf(masterPort)
    const started = performance.now()
    const last = this.#running.get(masterPort)
    this.#running.delete(masterPort)
    if (last === undefined) throw new Error(`The node on port ${masterPort} is down`)
    if (pause) process.kill(last.pid, 'SIGSTOP')
    else await last.kill()
    await this.#taken(replicas)
    if (pause) {
      process.kill(last.pid, 'SIGCONT')
      this.#running.set(masterPort, last)
    }
    return performance.now() - started
  }

  async switchOver(masterPort: number): Promise<number> {
    const replicas = await this.#replicasOf(masterPort)
    const started = performance.now()
    await this.#ask(Number(replicas[0]), 'cluster', 'failover')
    await this.#taken(replicas.slice(0, 1))
    await this.#settled()
    return performance.now() - started
  }

  async restore(): Promise<void> {
    await Promise.all(this.ports.filter((port) => !this.#running.has(port)).map((port) => this.#launch(port)))
    await this.#settled()
  }

  async moveSlot(slot: number, toPort: number): Promise<SlotMove> {
    const masters = await this.masters()
    const from = await this.masterOf(slot)
    const to = masters.find(({ port }) => port === toPort)
    if (to === undefined || to.port === from.port)
      throw new Error(`Slot ${slot} cannot move from ${from.port} to ${toPort}`)
    const others = masters.filter(({ port }) => port !== from.port && port !== to.port).map(({ port }) => port)
    return await movingSlot({ slot, from, to, others, password: this.#password })
  }

  async end(): Promise<void> {
    const running = [...this.#running.values()]
    this.#running.clear()
    await Promise.all(running.map((one) => one.kill()))
  }

  /** One of these ports is a master, and every node that is up says so and finds the cluster whole. */
  async #taken(ports: readonly number[]): Promise<void> {
    await this.#everyNode('A replica takes over', (nodes, info) => {
      const masters = mastersIn(nodes)
      return info.includes('cluster_state:ok') && masters.some(({ port }) => ports.includes(port))
    })
  }

  /** Every node is up and finds three masters with a replica each, and every replica has its master's data. */
  async #settled(): Promise<void> {
    await this.#everyNode('The cluster is whole', (nodes, info, replication) => {
      const masters = mastersIn(nodes)
      const linked = !replication.includes('role:slave') || replication.includes('master_link_status:up')
      const paired = masters.length === 3 && masters.every(({ replicas }) => replicas.length === 1)
      return info.includes('cluster_state:ok') && linked && paired && !/\bfail\b|fail\?|handshake/.test(nodes)
    })
  }

  async #everyNode(what: string, holds: (nodes: string, info: string, replication: string) => boolean): Promise<void> {
    await until(what, async () => {
      const answers = [...this.#running.keys()].map(async (port) =>
        holds(
          await this.#ask<string>(port, 'cluster', 'nodes'),
          await this.#ask<string>(port, 'cluster', 'info'),
          await this.#ask<string>(port, 'info', 'replication'),
        ),
      )
      return (await Promise.all(answers)).every(Boolean)
    })
  }

  async #replicasOf(masterPort: number): Promise<readonly number[]> {
    const { replicas = [] } = (await this.masters()).find(({ port }) => port === masterPort) ?? {}
    if (replicas.length === 0) throw new Error(`The node on port ${masterPort} is no master with a replica that is up`)
    return replicas
  }

  #ask<T>(port: number, command: string, ...args: string[]): Promise<T> {
    return ask<T>({ port, password: this.#password }, command, args)
  }

  /** The first three nodes are masters, each of a third of the slots; the others are their replicas. */
  #knowledgeOf(self: number): string {
    const lines = this.ports.map((port, index) => {
      const master = index % 3
      const flags = `${index === self ? 'myself,' : ''}${index < 3 ? 'master' : 'slave'}`
      const range = `${Math.floor((master * SLOTS) / 3)}-${Math.floor(((master + 1) * SLOTS) / 3) - 1}`
      const rest = `0 0 ${master + 1} connected${index < 3 ? ` ${range}` : ''}`
      const follows = index < 3 ? '-' : this.#ids[master]
      return `${this.#ids[index]} 127.0.0.1:${port}@${this.#busPorts[index]} ${flags} ${follows} ${rest}`
    })
    return [...lines, 'vars currentEpoch 3 lastVoteEpoch 0', ''].join('\n')
  }

  async #launch(port: number): Promise<void> {
    const { path, env } = await redisBinary()
    const password = this.#password
    const args = [
      ['--port', port, '--cluster-port', Number(this.#busPorts[this.ports.indexOf(port)]), '--bind', '127.0.0.1'],
      ['--save', '', '--appendonly', 'no', '--dir', this.#folderOf(port), '--repl-diskless-sync-delay', 0],
      ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', NODE_TIMEOUT_MS],
      // A replica that lost its master for a moment may take over all the same.
      ['--cluster-replica-validity-factor', 0],
      password === undefined ? [] : ['--requirepass', password, '--masterauth', password],
    ].flat()
    const program = {
      what: `The node on port ${port}`,
      path,
      args: args.map(String),
      env,
      readyLine: 'Ready to accept',
    }
    this.#running.set(port, await launch(program))
  }

  #folderOf(port: number): string {
    return join(this.#folder, String(port))
  }
}

/** The masters with slots in an answer to `CLUSTER NODES`, in order of their slots. */
function mastersIn(nodes: string): ClusterMaster[] {
  const rows = nodes
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , flags = '']) => !/fail|noaddr|handshake/.test(flags))
    .map(([id = '', address = '', flags = '', masterId = '', , , , , ...ranges]) => ({
      id,
      masterId,
      port: Number(/:(\d+)@/.exec(address)?.[1]),
      isMaster: flags.includes('master'),
      // In brackets are slots that move.
      slots: ranges.filter((range) => !range.startsWith('[')).map(rangeOf),
    }))
  return rows
    .filter(({ isMaster, slots }) => isMaster && slots.length > 0)
    .map(({ id, port, slots }) => ({
      id,
      port,
      slots,
      replicas: rows.filter(({ masterId }) => masterId === id).map((replica) => replica.port),
    }))
    .sort((a, b) => (a.slots[0]?.[0] ?? 0) - (b.slots[0]?.[0] ?? 0))
}

function rangeOf(text: string): readonly [number, number] {
  const [first = '', last = first] = text.split('-')
  return [Number(first), Number(last)]
}
