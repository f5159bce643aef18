/** The public names of `@acme/pycached-gzip`. Nothing is registered: its class path is `'@acme/pycached-gzip#GzipJsonSerializer'`. */
export type { GzipJsonSerializerOptions } from './gzip-json-serializer.js'
export { GzipJsonSerializer } from './gzip-json-serializer.js'
