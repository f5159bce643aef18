import { cacheOver, FailingBackend, FakeClock, MapBackend } from '@pycached/testing'
import { describe, expect, test } from 'vitest'

function make(options: Parameters<typeof cacheOver>[1] = {}) {
  const clock = new FakeClock()
  const backend = new FailingBackend(new MapBackend(clock), clock)
  const cache = cacheOver(backend, { clock, ...options })
  const closed = () => backend.calls.filter(([name]) => name === 'close').length
  return { clock, backend, cache, closed }
}

describe('close', () => {
  test('refuses commands from the moment that it is called', async () => {
    const { cache } = make()
    const closing = cache.close()
    await expect(cache.get('key')).rejects.toMatchObject({ name: 'CacheClosedError' })
    await closing
  })

  test('waits for the commands in flight, hooks included, then closes the backend', async () => {
    const { clock, backend, cache, closed } = make()
    backend.delay('set', 100)
    const set = cache.set('key', 1)
    cache.plugins = [{ postGet: () => new Promise((resolve) => clock.schedule(resolve, 500)) }]
    const get = cache.get('key')
    const closing = cache.close()
    await clock.advanceAsync(499)
    expect(await set).toBe(true)
    expect(closed()).toBe(0)
    await clock.advanceAsync(1)
    await closing
    await get
    expect(closed()).toBe(1)
  })

  test('does not reject because a command did, and waits no longer than its deadline', async () => {
    const { clock, backend, cache, closed } = make({ timeout: '1s' })
    backend.hang('get')
    const get = expect(cache.get('key')).rejects.toThrow('no answer within 1 s')
    const closing = cache.close()
    await clock.advanceAsync(1000)
    await closing
    await get
    expect(closed()).toBe(1)
  })

  test('gives the store the time that its commands have left', async () => {
    const graceMs = (backend: FailingBackend) => backend.calls.find(([name]) => name === 'close')?.[1]
    const idle = make({ timeout: '2s' })
    await idle.cache.close()
    expect(graceMs(idle.backend)).toBe(2000)
    const busy = make({ timeout: '2s' })
    busy.backend.delay('set', 500)
    const set = busy.cache.set('key', 1)
    const closing = busy.cache.close()
    await busy.clock.advanceAsync(500)
    await Promise.all([set, closing])
    expect(graceMs(busy.backend)).toBe(1500)
    const hanging = make({ timeout: '2s' })
    hanging.backend.hang('get')
    const get = expect(hanging.cache.get('key')).rejects.toThrow('no answer')
    const late = hanging.cache.close()
    await hanging.clock.advanceAsync(2000)
    await Promise.all([get, late])
    expect(graceMs(hanging.backend)).toBe(0)
    const patient = make({ timeout: null })
    await patient.cache.close()
    expect(graceMs(patient.backend)).toBe(5000)
  })

  test('gives up a command without a deadline after 5 seconds', async () => {
    const { clock, backend, cache, closed } = make({ timeout: null })
    backend.hang('get')
    const get = cache.get('key')
    const closing = cache.close()
    await clock.advanceAsync(5000)
    await closing
    expect(closed()).toBe(1)
    backend.restore()
    await get
  })

  test('is done once, however often it is called', async () => {
    const { cache, closed } = make()
    await Promise.all([cache.close(), cache.close()])
    await cache.close()
    expect(closed()).toBe(1)
  })

  test('rejects where the backend does, or where it hangs', async () => {
    const failing = make()
    failing.backend.fail('close', new Error('broken pipe'))
    await expect(failing.cache.close()).rejects.toMatchObject({
      name: 'BackendError',
      message: 'close failed in the store: broken pipe',
    })
    const hanging = make()
    hanging.backend.hang('close')
    const closing = expect(hanging.cache.close()).rejects.toMatchObject({
      name: 'CacheTimeoutError',
      message: 'the store was not closed within 5 s',
    })
    await hanging.clock.advanceAsync(5000)
    await closing
  })

  test('gives the backend its time, however short the deadline of a command is', async () => {
    const { clock, backend, cache } = make({ timeout: '100ms' })
    backend.delay('close', 1200)
    const closing = cache.close()
    await clock.advanceAsync(1200)
    await closing
  })

  test('leaves no timer behind', async () => {
    const { clock, backend, cache } = make()
    backend.delay('get', 10)
    const get = cache.get('key')
    await clock.advanceAsync(10)
    await get
    await cache.close()
    expect(clock.pending).toBe(0)
  })

  test('works on a disabled cache, and where nothing was ever sent', async () => {
    const { cache, closed } = make({ enabled: false })
    await cache.close()
    expect(closed()).toBe(1)
  })
})

test('await using closes at the end of the block', async () => {
  const { cache, closed } = make()
  {
    await using inBlock = cache
    await inBlock.set('key', 1)
  }
  expect(closed()).toBe(1)
})
