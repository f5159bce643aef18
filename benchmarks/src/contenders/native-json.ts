/** The limit of serializers: what the engine has. */

import type { Contender } from '../contender.js'

export default {
  name: 'native JSON',
  kind: 'limit',
  usage: '`JSON.stringify` and `JSON.parse`.',
  codec: (values) =>
    values === 'plain'
      ? { encode: (value) => JSON.stringify(value), decode: (text) => JSON.parse(text as string) as unknown }
      : undefined,
} satisfies Contender
