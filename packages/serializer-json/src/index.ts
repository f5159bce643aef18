/** The public names of `@pycached/serializer-json`. Importing it registers its class path. */
import { register } from '@pycached/core'
import { JsonSerializer } from './json-serializer.js'

export type { BigIntegers, JsonSerializerOptions } from './json-serializer.js'
export { JsonSerializer }

register('pycached.serializers.JsonSerializer', JsonSerializer)
