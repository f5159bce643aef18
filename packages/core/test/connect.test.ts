import { SimpleMemoryCache } from '@pycached/memory'
import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import { describe, expect, test } from 'vitest'

function make(options: Parameters<typeof cacheOver>[1] = {}) {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  return { clock, backend, cache: cacheOver(backend, { clock, ...options }) }
}

describe('connect', () => {
  test('asks the store to open, and resolves to nothing', async () => {
    const { backend, cache } = make()
    expect(await cache.connect()).toBeUndefined()
    expect(backend.calls).toEqual([['connect']])
  })

  test('resolves where there is nothing to open', async () => {
    expect(await new SimpleMemoryCache().connect()).toBeUndefined()
  })

  test('fails as a command does: with the reason, at the deadline, by its signal, and on a closed cache', async () => {
    const { clock, backend, cache } = make({ timeout: '2s' })
    backend.fail('connect', new Error('refused'))
    await expect(cache.connect()).rejects.toMatchObject({
      name: 'BackendError',
      message: 'connect failed in the store: refused',
    })
    backend.hang('connect')
    const own = expect(cache.connect()).rejects.toMatchObject({ name: 'CacheTimeoutError', mayHaveExecuted: false })
    const given = expect(cache.connect({ timeout: '1s' })).rejects.toThrow('connect had no answer within 1 s')
    await clock.advanceAsync(2000)
    await Promise.all([own, given])
    await expect(cache.connect({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    await cache.close()
    await expect(cache.connect()).rejects.toMatchObject({ name: 'CacheClosedError' })
  })

  test('touches nothing while the cache is disabled, and refuses what is no option', async () => {
    const { backend, cache } = make({ enabled: false })
    await cache.connect()
    expect(backend.calls).toEqual([])
    await expect(cache.connect({ namespace: 'a' } as never)).rejects.toMatchObject({ name: 'InvalidArgumentError' })
  })

  test('is no command that hooks hear of', async () => {
    const { cache } = make()
    const heard: string[] = []
    cache.plugins = [{ onError: (_cache, command) => void heard.push(command) }]
    await cache.connect()
    expect(heard).toEqual([])
  })
})
