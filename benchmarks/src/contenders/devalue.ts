/** devalue: JSON of a flat list of all values, which keeps types and references. */

import { parse, stringify } from 'devalue'
import type { Contender } from '../contender.js'

export default {
  name: 'devalue',
  packages: ['devalue'],
  usage: '`stringify` and `parse`.',
  codec: () => ({
    encode: (value) => stringify(value),
    decode: (text) => parse(text as string) as unknown,
  }),
} satisfies Contender
