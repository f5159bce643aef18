/**
 * The few globals that core may use, all of them in every JavaScript runtime that it supports.
 *
 * Core is compiled without the types of Node and without those of a browser, so that a name that exists only in one of them does not compile. This file is
 * part of core's own compilation alone: where core's sources are compiled with a package that has Node's types, those take its place. Hence
 * `ReturnType<typeof setTimeout>` for a timer. Whatever only some runtimes have (`process`, `unref` of a timer) core takes from `globalThis` and checks.
 */

declare function setTimeout(callback: () => void, ms?: number): { unref?(): unknown }
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void
declare function queueMicrotask(callback: () => void): void
declare function structuredClone<T>(value: T): T

declare const performance: { now(): number; readonly timeOrigin: number }
declare const crypto: { randomUUID(): string; getRandomValues<T extends Uint8Array>(array: T): T }

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare const AbortSignal: {
  abort(reason?: unknown): AbortSignal
  any(signals: Iterable<AbortSignal>): AbortSignal
  timeout(ms: number): AbortSignal
}
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
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
