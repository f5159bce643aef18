/**
 * A master, a replica and three sentinels that agree by two votes.
 *
 * ```ts
 * await using group = await startRedisSentinels()
 * await group.failover()
 * ```
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, until } from './ask.js'
import { freePorts } from './free-port.js'
import { redisBinary } from './redis-binary.js'
import { launch, type Running, temporaryFolder } from './supervised.js'

export interface SentinelOptions {
  /** Of the servers. Default: none. */
  readonly password?: string
  /** Of the sentinels. Default: none. */
  readonly sentinelPassword?: string
  /** Silence after which a sentinel calls the master down. Default: 1000; on a busy machine, servers may be silent that long without reason. */
  readonly downAfterMs?: number
}

export interface RedisSentinels extends AsyncDisposable {
  readonly masterName: string
  readonly sentinelPorts: readonly number[]
  masterPort(): number
  replicaPort(): number
  /** A number that is another one after every failover, those included that nobody asked for. */
  epoch(): Promise<number>
  /**
   * Kills the master; resolves once every sentinel names the former replica, to the milliseconds that it took. The killed server stays down until
   * {@link restore}.
   *
   * With `pause`, it is only stopped, and goes on after that as the master that it believes to be, until the sentinels demote it, some 10 seconds later.
   */
  failover(options?: { pause?: boolean }): Promise<number>
  /** Starts a killed server again, as a replica; resolves once it, or one that was paused, has the data and could be failed over to. */
  restore(): Promise<void>
}

const MASTER_NAME = 'main'

/** Twice this long after one failover, sentinels begin no other. */
const FAILOVER_TIMEOUT_MS = 2000

export async function startRedisSentinels(options: SentinelOptions = {}): Promise<RedisSentinels> {
  const folder = temporaryFolder('sentinel')
  const group = new Group(options, folder.path, await freePorts(2), await freePorts(3))
  const end = async (): Promise<void> => {
    await group.end()
    await folder[Symbol.asyncDispose]()
  }
  try {
    await group.begin()
  } catch (error) {
    await end()
    throw error
  }
  return {
    masterName: MASTER_NAME,
    sentinelPorts: group.sentinelPorts,
    masterPort: () => group.masterPort,
    replicaPort: () => group.replicaPort,
    epoch: () => group.epoch(),
    failover: ({ pause = false } = {}) => group.failover(pause),
    restore: () => group.restore(),
    [Symbol.asyncDispose]: end,
  }
}

class Group {
  readonly sentinelPorts: readonly number[]
  masterPort: number
  replicaPort: number
  readonly #options: SentinelOptions
  readonly #folder: string
  readonly #running = new Map<number, Running>()

  constructor(options: SentinelOptions, folder: string, [master, replica]: number[], sentinelPorts: readonly number[]) {
    this.#options = options
    this.#folder = folder
    this.masterPort = master as number
    this.replicaPort = replica as number
    this.sentinelPorts = sentinelPorts
  }

  async begin(): Promise<void> {
    await this.#server(this.masterPort, undefined)
    await this.#server(this.replicaPort, this.masterPort)
    await Promise.all(this.sentinelPorts.map((port) => this.#sentinel(port)))
    await this.#ready()
  }

  async failover(pause: boolean): Promise<number> {
    if (!this.#running.has(this.replicaPort))
      throw new Error('The server that failed last is still down: call restore()')
    const started = performance.now()
    const last = this.#running.get(this.masterPort)
    if (last === undefined) throw new Error('There is no master')
    if (pause) process.kill(last.pid, 'SIGSTOP')
    else {
      await last.kill()
      this.#running.delete(this.masterPort)
    }
    const next = this.replicaPort
    await until(`The sentinels fail over to ${next}`, async () => {
      const named = await this.#askSentinels<[string, string]>('get-master-addr-by-name')
      return named.every(([, port]) => Number(port) === next)
    })
    if (pause) process.kill(last.pid, 'SIGCONT')
    this.#swap()
    return performance.now() - started
  }

  async restore(): Promise<void> {
    if (!this.#running.has(this.replicaPort)) await this.#server(this.replicaPort, this.masterPort)
    await this.#ready()
  }

  async epoch(): Promise<number> {
    const masters = await this.#askSentinels<string[]>('master')
    return Math.max(...masters.map((master) => Number(fieldsOf(master)['config-epoch'])))
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running.values()].map((one) => one.kill()))
  }

  /** Every sentinel knows the two others, the master, and a replica that is up, which has the master's data. */
  async #ready(): Promise<void> {
    await until('The sentinels know each other, the master and the replica', async () => {
      // On a machine that is busy, they may have failed over once more, for a silence that nobody intended.
      const named = await this.#askSentinels<[string, string]>('get-master-addr-by-name')
      if (named.some(([, port]) => Number(port) !== this.masterPort)) this.#swap()
      const masters = await this.#askSentinels<string[]>('master')
      const replicas = await this.#askSentinels<string[][]>('replicas')
      const complete = masters.map(fieldsOf).every((master) => {
        const isKnown = master['flags'] === 'master' && Number(master['port']) === this.masterPort
        return isKnown && master['num-other-sentinels'] === '2' && master['num-slaves'] === '1'
      })
      return complete && replicas.every(([one = []]) => fieldsOf(one)['flags'] === 'slave') && (await this.#follows())
    })
  }

  async #follows(): Promise<boolean> {
    const { password } = this.#options
    const text = await ask<string>({ port: this.replicaPort, password }, 'info', ['replication'])
    return text.includes(`master_port:${this.masterPort}\r\nmaster_link_status:up`)
  }

  #swap(): void {
    const former = this.masterPort
    this.masterPort = this.replicaPort
    this.replicaPort = former
  }

  #askSentinels<T>(question: string): Promise<T[]> {
    const password = this.#options.sentinelPassword
    const answers = this.sentinelPorts.map((port) => ask<T>({ port, password }, 'sentinel', [question, MASTER_NAME]))
    return Promise.all(answers)
  }

  async #server(port: number, masterPort: number | undefined): Promise<void> {
    const { password } = this.#options
    const args = [
      ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folderOf(port)],
      ['--repl-diskless-sync-delay', 0],
      password === undefined ? [] : ['--requirepass', password, '--masterauth', password],
      masterPort === undefined ? [] : ['--replicaof', '127.0.0.1', masterPort],
    ].flat()
    await this.#launch(port, args.map(String), masterPort === undefined ? 'Ready to accept' : 'Finished with success')
  }

  async #sentinel(port: number): Promise<void> {
    const { password, sentinelPassword, downAfterMs = 1000 } = this.#options
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${this.#folderOf(port)}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${this.masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${downAfterMs}`,
      `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`,
      ...(password === undefined ? [] : [`sentinel auth-pass ${MASTER_NAME} ${password}`]),
      ...(sentinelPassword === undefined
        ? []
        : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
    ]
    // Sentinels keep what they learn in their file.
    const file = join(this.#folderOf(port), 'sentinel.conf')
    writeFileSync(file, `${lines.join('\n')}\n`)
    await this.#launch(port, [file, '--sentinel'], '+monitor master')
  }

  async #launch(port: number, args: readonly string[], readyLine: string): Promise<void> {
    const { path, env } = await redisBinary()
    this.#running.set(port, await launch({ what: `Redis on port ${port}`, path, args, env, readyLine }))
  }

  #folderOf(port: number): string {
    const path = join(this.#folder, String(port))
    mkdirSync(path, { recursive: true })
    return path
  }
}

/** Sentinels answer with names and values by turns. */
function fieldsOf(list: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : [])))
}
