/** The options of `multiCached` beside those that choose the cache, and how they fit the decorated function. Types only. */
import type { BaseCache } from '../base-cache.js'
import type { CallOptions } from './controls.js'
import type { AsyncFunction } from './decorate.js'
import type { FailureOptions } from './failures.js'
import type { KeysFrom } from './keys-argument.js'

/** `'record'`: a plain object. `'map'`: a `Map`, which keeps the order of all keys, and keys that are no text. */
export type ResultShape = 'record' | 'map'

export interface MultiCachedOptions<
  As extends ResultShape,
  Args extends readonly unknown[],
  Result extends readonly unknown[],
> extends FailureOptions {
  /** What callers get. Default `'record'`. */
  as?: As | undefined
  /** Makes the key of a result from the caller's key and the call's arguments. Default: the caller's key itself. */
  keyBuilder?: ((...keyAndArgs: Args) => string) | undefined
  /** `true` for a result that is not to be stored, from its key and value. */
  skipCache?: ((...keyAndValue: Result) => boolean) | undefined
}

/** What a function that `multiCached` made carries. */
export interface MultiCachedControls<F extends AsyncFunction> {
  /** The cache it uses. For an alias, the one that the alias names now. */
  readonly cache: BaseCache
  /** The keys under which the results of this call are stored, in the order asked, namespace included. */
  keyFor(...args: Parameters<F>): string[]
  /**
   * Deletes the results of the keys of this call. A computation of one that is still running in this process will not be stored.
   * Rejects when the cache fails.
   *
   * @returns the number of deleted keys
   */
  invalidate(...args: Parameters<F>): Promise<number>
  /** Computes all keys of the call, whatever is stored, stores, and resolves to the results. */
  refresh: F
  /** A function of the same signature that does not look up, or does not store. */
  with(options: CallOptions): F
}

export type MultiCachedFunction<F extends AsyncFunction> = F & MultiCachedControls<F>

/** Wraps a function, or decorates a method: as a standard decorator, or with `experimentalDecorators`. */
export interface MultiCachedDecorator<
  From extends KeysFrom,
  As extends ResultShape,
  Args extends readonly unknown[],
  Result extends readonly unknown[],
> {
  <F extends AsyncFunction>(
    fn: F,
    context?: undefined,
    ...misfit: MultiMisfit<F, From, Args, Result>
  ): MultiCachedFunction<Shaped<F, As>>
  <F extends AsyncFunction>(
    method: F,
    context: ClassMethodDecoratorContext,
    ...misfit: MethodMisfit<F, As, MultiMisfit<F, From, Args, Result>>
  ): F
  <F extends AsyncFunction>(
    target: object,
    name: PropertyKey,
    descriptor: TypedPropertyDescriptor<F>,
    ...misfit: MethodMisfit<F, As, MultiMisfit<F, From, Args, Result>>
  ): TypedPropertyDescriptor<F>
}

type Answer<F extends AsyncFunction> = Awaited<ReturnType<F>>
type AnyMap = ReadonlyMap<unknown, unknown>
type KeyIn<A> = A extends ReadonlyMap<infer Key, unknown> ? Key : string extends keyof A ? string : keyof A
type ValueIn<A> = Exclude<A extends ReadonlyMap<unknown, infer Value> ? Value : A[keyof A], undefined>

/** The function's own type where it answers in the shape that callers get. */
type Shaped<F extends AsyncFunction, As extends ResultShape> =
  ShapeOf<F> extends As
    ? F
    : (
        this: ThisParameterType<F>,
        ...args: Parameters<F>
      ) => Promise<Reshaped<KeyIn<Answer<F>>, ValueIn<Answer<F>>, As>>

type ShapeOf<F extends AsyncFunction> = Answer<F> extends AnyMap ? 'map' : 'record'

type Reshaped<Key, Value, As extends ResultShape> = As extends 'map'
  ? Map<Key, Value>
  : Partial<Record<Extract<Key, PropertyKey>, Value>>

/** Nothing, if all fits; else an argument that nobody gives, which names the culprit. */
type MultiMisfit<
  F extends AsyncFunction,
  From extends KeysFrom,
  Args extends readonly unknown[],
  Result extends readonly unknown[],
> =
  Answer<F> extends object
    ? Answer<F> extends readonly unknown[]
      ? [misfit: 'the function resolves to an array, not to a record or a Map by key']
      : TakesKeys<F, From> extends true
        ? ((...keyAndArgs: Args) => string) extends (key: KeyIn<Answer<F>>, ...args: Parameters<F>) => string
          ? ((...keyAndValue: Result) => boolean) extends (key: KeyIn<Answer<F>>, value: ValueIn<Answer<F>>) => boolean
            ? []
            : [misfit: 'skipCache does not take a key and a result of the function']
          : [misfit: 'keyBuilder does not take a key and the arguments of the function']
        : [misfit: 'the function takes no keys where keysFrom says']
    : [misfit: 'the function does not resolve to a record or a Map by key']

/** The type of a method stays as it is, so its own shape must be the callers'. */
type MethodMisfit<
  F extends AsyncFunction,
  As extends ResultShape,
  Misfit extends readonly unknown[],
> = Misfit extends []
  ? ShapeOf<F> extends As
    ? []
    : [misfit: "the method's results are of another shape than 'as' says"]
  : Misfit

type TakesKeys<F extends AsyncFunction, From extends KeysFrom> = From extends number
  ? Parameters<F> extends { readonly [Index in From]?: Iterable<unknown> | undefined }
    ? true
    : false
  : true extends HasProperty<Parameters<F>[number], From>
    ? true
    : false

type HasProperty<T, Name> = T extends object ? (Name extends keyof T ? true : never) : never
