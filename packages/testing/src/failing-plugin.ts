/** A plugin that fails on demand. */
import { BasePlugin, type CommandName, type HookedCache } from '@pycached/core'

/** The name of any hook. */
export type HookName = `${'pre' | 'post'}${Capitalize<CommandName>}` | 'attach' | 'onError' | 'around'

/** One hook that throws; every other is absent. */
export class FailingPlugin extends BasePlugin {
  /** How often the hook was called. */
  calls = 0

  /** The hook named `hook` rejects with `error`; with `now` it throws it at once. `around` fails before it calls `next`. */
  constructor(hook: HookName, error: unknown, { now = false }: { now?: boolean } = {}) {
    super()
    const fails = (_cache: HookedCache): Promise<never> => {
      this.calls++
      if (now) throw error
      return Promise.reject(error)
    }
    Object.defineProperty(this, hook, { value: fails })
  }
}
