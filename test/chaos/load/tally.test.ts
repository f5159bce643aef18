import { BackendError } from '@pycached/core'
import { expect, test } from 'vitest'
import { redirectionFigures } from './redirections.js'
import { kindOf, type Report } from './tally.js'

const errorOf = (cause: Error) => new BackendError('get failed in the store', { cause })

test.each([
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new Error('CLUSTERDOWN The cluster is down'), 'CLUSTERDOWN'],
  [new Error('Connection is closed.'), 'Connection is closed.'],
  [new Error('ERR value is no integer at 12'), 'ERR value is no integer at n'],
])('a failure is of the kind that its cause names: %s', (cause, kind) => {
  expect(kindOf(errorOf(cause))).toBe(`PYCACHED_BACKEND ${kind}`)
})

test('a redirection within a script counts as one, with what Redis 6 puts before it, too', () => {
  const texts = [
    'READONLY You cannot write',
    'ERR Error running script (call to f_0123456789abcdef0123456789abcdef01234567): @user_script:1: -READONLY no',
  ]
  for (const text of texts) {
    const failed = { down: {}, beforeUse: {}, inUse: { [kindOf(errorOf(new Error(text)))]: 1 } }
    expect(redirectionFigures({ failed } as unknown as Report)[0]?.value).toBe(1)
  }
})
