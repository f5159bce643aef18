import { expect, test } from 'vitest'
import { cacheOver, FailingPlugin, MapBackend } from '../src/index.js'

test.each(['preSet', 'postSet', 'around'] as const)('%s fails as told, and no other hook is there', async (hook) => {
  const boom = new Error('boom')
  for (const now of [false, true]) {
    const plugin = new FailingPlugin(hook, boom, { now })
    const cache = cacheOver(new MapBackend(), { plugins: [plugin] })
    await expect(cache.set('key', 1)).rejects.toMatchObject({ name: 'PluginError', hook, cause: boom })
    expect(plugin.calls).toBe(1)
    if (hook !== 'around') expect(await cache.get('key')).toBe(hook === 'postSet' ? 1 : undefined)
  }
})
