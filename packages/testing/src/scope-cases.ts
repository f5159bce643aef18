/** What a backend's scopes promise, where it offers them. */
import { strict as assert } from 'node:assert'
import type { Backend } from '@pycached/core'

/** A backend with scopes to prove, as one case sees it. */
export interface ScopesUnderTest {
  readonly backend: Backend
  readonly scope: (prefix: string) => Backend
  /** Text that no other case starts its keys with. */
  readonly unique: string
}

export type ScopeCase = readonly [title: string, run: (subject: ScopesUnderTest) => Promise<void>]

const TEXT = 'utf-8'

export const SCOPE_CASES: readonly ScopeCase[] = [
  [
    'an entry is the same by its short key in a scope and by its complete key',
    async ({ backend, scope, unique }) => {
      const inside = scope(`${unique}:`)
      await inside.set('short', '1', undefined)
      assert.equal(await backend.get(`${unique}:short`, TEXT), '1')
      await backend.set(`${unique}:complete`, '2', undefined)
      assert.equal(await inside.get('complete', TEXT), '2')
      assert.equal(await backend.add(`${unique}:short`, 'other', undefined), false)
      assert.equal(await backend.increment(`${unique}:short`, 1, '1'), 2)
      assert.equal(await inside.compareAndSet('short', '2', '3', 'keep'), true)
      assert.deepEqual([...(await backend.getMany([`${unique}:short`, `${unique}:none`], TEXT))], ['3', undefined])
      assert.equal(await backend.deleteMany([`${unique}:short`, `${unique}:complete`]), 2)
      assert.equal(await inside.exists('short'), false)
    },
  ],
  [
    'a scope has what was stored before there was a scope',
    async ({ backend, scope, unique }) => {
      await backend.set(`${unique}:before`, 'value', 3_600_000)
      await backend.set(`${unique}-outside`, 'value', undefined)
      const inside = scope(`${unique}:`)
      assert.equal(await inside.get('before', TEXT), 'value')
      assert.equal(await backend.get(`${unique}:before`, TEXT), 'value')
      assert.equal(await backend.get(`${unique}-outside`, TEXT), 'value')
    },
  ],
  [
    'a scope that is asked for again has the same entries',
    async ({ scope, unique }) => {
      const [first, again] = [scope(`${unique}:a:`), scope(`${unique}:a:`)]
      await first.set('key', '1', undefined)
      assert.equal(await again.get('key', TEXT), '1')
      assert.equal(await again.delete('key'), true)
      assert.equal(await first.exists('key'), false)
    },
  ],
  [
    'clear of a scope removes what is below its prefix, and nothing beside it',
    async ({ backend, scope, unique }) => {
      const user = scope(`${unique}:user:`)
      const beside = `${unique}:users:1`
      const fill = async () => {
        await user.set('1', 'value', undefined)
        await user.set('10', 'value', undefined)
        await backend.set(beside, 'value', undefined)
      }
      const left = async () => [await user.exists('1'), await user.exists('10'), await backend.exists(beside)]
      await fill()
      await user.clear('1')
      assert.deepEqual(await left(), [false, false, true])
      await fill()
      await user.clear('')
      assert.deepEqual(await left(), [false, false, true])
      await fill()
      await backend.clear(`${unique}:user:10`)
      assert.deepEqual(await left(), [true, false, true])
      await fill()
      await backend.clear(`${unique}:user`)
      assert.deepEqual(await left(), [false, false, false])
    },
  ],
]
