/** What of a ledger survived on the servers, and whether the cache reads just that. */

import type { Figure } from '../run.js'
import type { Entry } from './ledger.js'

export class Survival {
  #checked = 0
  #lost = 0
  readonly #wrong: string[] = []

  /** `read` by the cache, `stored` as the server itself says. */
  account(
    entries: readonly Entry[],
    read: Readonly<Record<string, unknown>>,
    stored: Readonly<Record<string, number | undefined>>,
  ): void {
    for (const { key, acknowledged, tried } of entries) {
      const there = stored[key]
      this.#checked++
      if (read[key] !== there)
        this.#wrong.push(`${key} is ${there} on the server, and the cache reads ${String(read[key])}`)
      if ((there ?? 0) > tried) this.#wrong.push(`${key} is ${there}, and the last number tried was ${tried}`)
      if ((there ?? 0) < acknowledged) this.#lost++
    }
  }

  /** Servers that agree with each other, as in a migration, lose nothing; a replica that takes over may not have everything yet. */
  figures({ mayLose }: { mayLose: boolean }): Figure[] {
    return [
      { name: 'numbers that were read back', value: this.#checked, limit: { atLeast: 1 } },
      { name: 'read otherwise than the server has them', value: this.#wrong.length, limit: { exactly: 0 } },
      ...(this.#wrong.length === 0 ? [] : [{ name: 'the first of them', value: String(this.#wrong[0]) }]),
      {
        name: 'acknowledged numbers that the servers lost',
        value: this.#lost,
        ...(!mayLose && { limit: { exactly: 0 } }),
      },
    ]
  }
}
