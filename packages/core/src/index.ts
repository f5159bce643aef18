/** The public names of `@pycached/core`, one by one. */
export type { Backend, Encoding, MaybePromise, ReplacedTtl } from './backend.js'
export type { CacheClass, UrlAddress, UrlHost } from './base-cache.js'
export { BaseCache } from './base-cache.js'
export type { CacheFactory, CacheTypes } from './cache.js'
export { Cache } from './cache.js'
export type {
  CacheCommands,
  CommandArgs,
  CommandName,
  CommandOptions,
  CommandResults,
  GetOptions,
  ReadOptions,
  WriteOptions,
} from './cache-commands.js'
export type { AliasConfig, CachesConfig } from './caches.js'
export { Caches, caches } from './caches.js'
export type { Clock, ScheduledCall } from './clock.js'
export { systemClock } from './clock.js'
export type { ExistingCache, OwnCache, SharedCacheOptions } from './decorators/cache-source.js'
export { cached } from './decorators/cached.js'
export { cachedStampede } from './decorators/cached-stampede.js'
export type { CachedControls, CachedFunction, CallOptions } from './decorators/controls.js'
export type { AsyncFunction } from './decorators/decorate.js'
export type { FailureDetails, OnError } from './decorators/failures.js'
export type { KeysFrom } from './decorators/keys-argument.js'
export { multiCached } from './decorators/multi-cached.js'
export type {
  MultiCachedControls,
  MultiCachedDecorator,
  MultiCachedFunction,
  MultiCachedOptions,
  ResultShape,
} from './decorators/multi-options.js'
export type { CachedDecorator, CachedOptions, StampedeOptions } from './decorators/options.js'
export type { Duration, DurationString } from './duration.js'
export { toMs } from './duration.js'
export type { ErrorCode, ErrorDetails, ErrorName } from './errors.js'
export {
  BackendError,
  BackendUnavailableError,
  CacheClosedError,
  CacheTimeoutError,
  ClassPathError,
  DeserializationError,
  ERROR_CODES,
  InvalidArgumentError,
  InvalidCacheTypeError,
  InvalidDurationError,
  isPycachedError,
  KeyExistsError,
  LockLostError,
  NotAnIntegerError,
  OptimisticLockError,
  PluginError,
  PycachedError,
  PycachedTypeError,
  SerializationError,
  UnknownAliasError,
} from './errors.js'
export type { KeyBuilder } from './key.js'
export type { LockAnswer, LockStore } from './lock-store.js'
export type { LockHold } from './locks/hold.js'
export type { CasOptions, OptimisticLockOptions } from './locks/optimistic-lock.js'
export { OptimisticLock } from './locks/optimistic-lock.js'
export type { RedLockOptions } from './locks/red-lock.js'
export { RedLock } from './locks/red-lock.js'
export type { CacheOptions, Component, ComponentConfig, OptionParsers } from './options.js'
export { checkOptions, parseOption, timeoutMsOf } from './options.js'
export type { HookedCache, Outcome, Plugin } from './plugin.js'
export { BasePlugin } from './plugin.js'
export type { Class, RegisterOptions } from './registry.js'
export { register } from './registry.js'
export type { Serializer } from './serializer.js'
export { BaseSerializer } from './serializer.js'
