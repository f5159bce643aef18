/** The public names of `@pycached/serializer-json`. Importing it registers its class path. */
import { register } from '@pycached/core'
import { JsonSerializer } from './json-serializer.js'

export type { JsonSerializerOptions } from './json-serializer.js'
export type { BigIntegers } from './parse-json.js'
export { JsonSerializer }

register('pycached.serializers.JsonSerializer', JsonSerializer)
