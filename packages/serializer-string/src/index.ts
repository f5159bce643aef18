/** The public names of `@pycached/serializer-string`. Importing it registers its class path. */
import { register } from '@pycached/core'
import { StringSerializer } from './string-serializer.js'

export type { StringSerializerOptions } from './string-serializer.js'
export { StringSerializer }

register('pycached.serializers.StringSerializer', StringSerializer)
