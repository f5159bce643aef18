/** The options of `cached` and `cachedStampede` beside those that choose the cache, and how they fit the decorated function. */
import type { Duration } from '../duration.js'
import type { CachedFunction } from './controls.js'
import type { AsyncFunction } from './decorate.js'
import type { FailureOptions } from './failures.js'

export interface CachedOptions<Args extends readonly unknown[], Result> extends FailureOptions {
  /** The key of every result, whatever the arguments. Default: made of the function's name and its arguments. */
  key?: string | undefined
  /** Makes the key from the arguments. */
  keyBuilder?: ((...args: Args) => string) | undefined
  /** `true` for a result that is not to be stored. */
  skipCache?: ((result: Result) => boolean) | undefined
}

export interface StampedeOptions<Args extends readonly unknown[], Result> extends CachedOptions<Args, Result> {
  /**
   * How long a computation has its key for itself, and how long others wait for its result before they compute as well.
   * Default `'2s'`: give more than the function ever takes.
   */
  lease?: Duration | undefined
}

/** Wraps a function, or decorates a method: as a standard decorator, or with `experimentalDecorators`. */
export interface CachedDecorator<Args extends readonly unknown[], Result> {
  // With a place for the context, this form does not take getters, which would otherwise pass for functions.
  <F extends AsyncFunction>(fn: F, context?: undefined, ...misfit: Misfit<F, Args, Result>): CachedFunction<F>
  <F extends AsyncFunction>(
    method: F,
    context: ClassMethodDecoratorContext,
    ...misfit: Misfit<F, Args, Result>
  ): CachedFunction<F>
  <F extends AsyncFunction>(
    target: object,
    name: PropertyKey,
    descriptor: TypedPropertyDescriptor<F>,
    ...misfit: Misfit<F, Args, Result>
  ): TypedPropertyDescriptor<F>
}

/**
 * Nothing, if `keyBuilder` takes the function's arguments and `skipCache` its result; else an argument that nobody gives, so that the
 * call does not compile. (In the type of the function itself the check would lose its generics.)
 */
export type Misfit<F extends AsyncFunction, Args extends readonly unknown[], Result> = ((
  ...args: Args
) => string) extends (...args: Parameters<F>) => string
  ? Awaited<ReturnType<F>> extends Result
    ? []
    : [misfit: 'skipCache does not take the result of the function']
  : [misfit: 'keyBuilder does not take the arguments of the function']
