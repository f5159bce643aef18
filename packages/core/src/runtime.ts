/** What only some runtimes have: taken from `globalThis` and checked, so that core loads in all of them. */

interface ProcessLike {
  readonly env?: Record<string, string | undefined>
  readonly argv?: readonly string[]
  cwd?(): string
  emitWarning?(message: string, options: { type: string; code?: string | undefined }): void
  getBuiltinModule?(id: 'node:module'): { createRequire(path: string): (specifier: string) => unknown } | undefined
}

/** Node's `process`, also in Bun and Deno; `undefined` elsewhere. */
export function processOf(): ProcessLike | undefined {
  return (globalThis as { process?: ProcessLike }).process
}

/** A process warning: printed once by default, and observable (`process.on('warning')`). Never contains a cached value. */
export function warn(message: string, code?: string): void {
  const process = processOf()
  if (process?.emitWarning !== undefined) process.emitWarning(message, { type: 'PycachedWarning', code })
  else (globalThis as { console?: { warn(message: string): void } }).console?.warn(`PycachedWarning: ${message}`)
}
