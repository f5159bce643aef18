/** A value that Python wrote: it is read with its types, and nothing of it is executed. */
import assert from 'node:assert/strict'
import { Cache, DeserializationError } from '@pycached/core'
import { PickleSerializer, PyDecimal, reducers } from '@pycached/serializer-pickle'

/**
 * In Python: `pickle.dumps({'name': 'Ada', 'tags': {'maths'}, 'since': datetime(2026, 11, 22, 12, 30, tzinfo=timezone.utc),
 * 'balance': 10**20, 'price': Decimal('9.90')}, protocol=4)`.
 */
const WRITTEN_BY_PYTHON =
  'gASVwQAAAAAAAAB9lCiMBG5hbWWUjANBZGGUjAR0YWdzlI+UKIwFbWF0aHOUkIwFc2luY2WUjAhkYXRldGltZZSMCGRhdGV0aW1llJOUQwoH6gsWDB4AAAAA' +
  'lGgHjAh0aW1lem9uZZSTlGgHjAl0aW1lZGVsdGGUk5RLAEsASwCHlFKUhZRSlIaUUpSMB2JhbGFuY2WUigkAABBjLV7HawWMBXByaWNllIwHZGVjaW1hbJSM' +
  'B0RlY2ltYWyUk5SMBDkuOTCUhZRSlHUu'

/** In Python: `pickle.dumps(os.system)`. A name, which only whoever reads it can give a meaning. */
const HOSTILE = 'Y3Bvc2l4CnN5c3RlbQpwMAou'

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

const cache = new Cache({ serializer: new PickleSerializer({ reducers: [reducers.decimal] }) })

await cache.raw('set', 'user', bytes(WRITTEN_BY_PYTHON))
assert.deepEqual(await cache.get('user'), {
  name: 'Ada',
  tags: new Set(['maths']),
  since: new Date('2026-11-22T12:30:00Z'),
  balance: 10n ** 20n,
  price: new PyDecimal('9.90'),
})

await cache.raw('set', 'hostile', bytes(HOSTILE))
await assert.rejects(cache.get('hostile'), (error) => {
  assert.ok(error instanceof DeserializationError)
  assert.match(error.message, /posix\.system/)
  return true
})

await cache.close()
