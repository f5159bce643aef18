/** The public names of `@pycached/serializer-msgpack`. Importing it registers its class path. */
import { register } from '@pycached/core'
import { MsgPackSerializer } from './msgpack-serializer.js'

export type { MsgPackSerializerOptions } from './msgpack-serializer.js'
export { MsgPackSerializer }

register('pycached.serializers.MsgPackSerializer', MsgPackSerializer)
