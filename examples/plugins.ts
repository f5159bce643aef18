/** Plugins: the two that come with pycached, and one of your own. */
import assert from 'node:assert/strict'
import { type BaseCache, BasePlugin, Cache } from '@pycached/core'
import { HitMissRatioPlugin, TimingPlugin } from '@pycached/plugins'

class MyCustomPlugin extends BasePlugin {
  override preSet(_cache: BaseCache, args: readonly unknown[]): void {
    console.log("I'm the preSet hook being called with", args)
  }

  override postSet(_cache: BaseCache, args: readonly unknown[], { ret }: { readonly ret: true }): void {
    console.log("I'm the postSet hook being called with", args, 'and the result', ret)
  }
}

const cache = new Cache({
  plugins: [new HitMissRatioPlugin(), new TimingPlugin(), new MyCustomPlugin()],
  namespace: 'main',
})

await cache.set('a', '1')
await cache.set('b', '2')
await cache.set('c', '3')
await cache.set('d', '4')

const possibleKeys = ['a', 'b', 'c', 'd', 'e', 'f']
for (let turn = 0; turn < 1000; turn++) {
  await cache.get(possibleKeys[Math.floor(Math.random() * possibleKeys.length)] ?? 'a')
}

assert.ok(cache.hitMissRatio.hitRatio > 0.5)
assert.equal(cache.hitMissRatio.total, 1000)

assert.ok(cache.profiling.getMin > 0)
assert.ok(cache.profiling.setMin > 0)
assert.ok(cache.profiling.getMax > 0)
assert.ok(cache.profiling.setMax > 0)

console.log(cache.hitMissRatio)
console.log(cache.profiling)

for (const key of ['a', 'b', 'c', 'd']) await cache.delete(key)
await cache.close()
