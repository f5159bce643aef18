/** The public names of `@pycached/serializer-null`. Importing it registers its class path. */
import { register } from '@pycached/core'
import { NullSerializer } from './null-serializer.js'

export type { NullSerializerOptions } from './null-serializer.js'
export { NullSerializer }

register('pycached.serializers.NullSerializer', NullSerializer)
