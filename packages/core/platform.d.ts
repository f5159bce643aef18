/**
 * The few globals that core uses, all of them in every JavaScript runtime that it supports.
 *
 * Core is compiled without the types of Node and without those of a browser, so that a name that exists only in one of them does
 * not compile. This file is part of core's own compilation alone: where core's sources are compiled with a package that has Node's
 * types, those take its place. Whatever only some runtimes have (`process`, `unref` of a timer) core takes from `globalThis` and
 * checks.
 */

declare function setTimeout(callback: () => void, ms?: number): { unref?(): unknown }
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void

declare const performance: { now(): number }
declare const crypto: { randomUUID(): string }

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason: unknown): void
}

declare class URL {
  constructor(url: string)
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly hash: string
  readonly searchParams: Iterable<[name: string, value: string]>
}
