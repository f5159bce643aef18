/** The public names of `@pycached/core`, one by one. */
export type { Backend, Encoding, MaybePromise, ReplacedTtl } from './backend.js'
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
export type { Clock, ScheduledCall } from './clock.js'
export { systemClock } from './clock.js'
export type { Duration, DurationString } from './duration.js'
export type { ErrorCode, ErrorDetails, ErrorName } from './errors.js'
export {
  BackendError,
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
  NotAnIntegerError,
  OptimisticLockError,
  PluginError,
  PycachedError,
  PycachedTypeError,
  SerializationError,
  UnknownAliasError,
} from './errors.js'
export type { HookedCache, Outcome, Plugin } from './plugin.js'
export { BasePlugin } from './plugin.js'
export type { Class, RegisterOptions } from './registry.js'
export { register } from './registry.js'
export type { Serializer } from './serializer.js'
export { BaseSerializer } from './serializer.js'
