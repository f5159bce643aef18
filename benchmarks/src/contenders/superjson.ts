/** superjson: JSON beside a list of the types that JSON loses. */

import superjson from 'superjson'
import type { Contender } from '../contender.js'

export default {
  name: 'superjson',
  packages: ['superjson'],
  usage: '`stringify` and `parse`.',
  codec: () => ({
    encode: (value) => superjson.stringify(value),
    decode: (text) => superjson.parse(text as string),
  }),
} satisfies Contender
