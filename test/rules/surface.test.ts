import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packageNames, root, sources } from '../support/repository.js'
import { anyInDeclarations, indexViolations, privateInDeclarations } from './surface.js'

const declarations = (name: string): string => `packages/${name}/dist/index.d.ts`

test('every index exports explicit names and there is one per package', () => {
  expect(indexViolations(sources())).toEqual([])
})

test.each(packageNames)('there is no any in the public types of %s', (name) => {
  if (!existsSync(root + declarations(name))) throw new Error('The built types are missing: run pnpm build')
  expect(anyInDeclarations(declarations(name), readFileSync(root + declarations(name), 'utf8'))).toEqual([])
})

test.each(packageNames)('no public class of %s has private members, which would make it nominal', (name) => {
  expect(privateInDeclarations(declarations(name), readFileSync(root + declarations(name), 'utf8'))).toEqual([])
})

test.each(['declare class A { #private; }', 'declare class A { private readonly a; }'])(
  'a private member is noticed in: %s',
  (text) => {
    expect(privateInDeclarations('a.d.ts', text)).toHaveLength(1)
  },
)

test('a star, a default and a barrel are noticed', () => {
  const files = new Map([
    ['packages/core/src/index.ts', `export * from './a.js'`],
    ['packages/memory/src/index.ts', `export * as a from './a.js'`],
    ['packages/redis/src/index.ts', 'export default class {}'],
    ['packages/core/src/locks/index.ts', `export { A } from './a.js'`],
    ['packages/plugins/src/index.ts', `export { A } from './a.js'\nexport type { B } from './b.js'`],
  ])
  expect(indexViolations(files).map((line) => line.split(' ')[0])).toEqual([...files.keys()].slice(0, 4))
})

test.each([
  'declare const a: any',
  'declare function f(a: any): void',
  'declare function f(a: string): Promise<any>',
  'interface A { [key: string]: any }',
  'declare function f<T = any>(): T',
  'declare function f<T extends any[]>(): T',
  'declare function f<T>(g: (...args: any[]) => T): T',
  'type Loose = (...args: any[]) => any; declare function f<F extends Loose>(g: F): Loose',
])('an any is noticed in: %s', (text) => {
  expect(anyInDeclarations('a.d.ts', text).length).toBeGreaterThan(0)
})

test.each([
  'declare function f<F extends (this: any, ...args: any[]) => Promise<any>>(g: F): F',
  'type AsyncFunction = (this: any, ...args: any[]) => Promise<any>; declare function f<F extends AsyncFunction>(g: F): F',
  '/** any */ declare const any: unknown',
])('an any is allowed in: %s', (text) => {
  expect(anyInDeclarations('a.d.ts', text)).toEqual([])
})
