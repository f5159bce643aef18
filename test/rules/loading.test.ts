import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { manifestOf, packageNames, root } from '../support/repository.js'

interface Loaded {
  /** What keeps the process busy after the load, and names that the load put on the global object. */
  readonly left: readonly string[]
  /** The packages of ours whose modules were loaded. */
  readonly packages: readonly string[]
}

/** Loads a module in a process of its own and reports what that did. The process must then end by itself. */
function load(specifier: string): Loaded {
  const program = `
    const names = () => [...process.getActiveResourcesInfo(), ...Object.getOwnPropertyNames(globalThis)]
    // Some dependencies ask whether the standard streams are terminals, which opens those that exist anyway.
    void [process.stdin, process.stdout, process.stderr]
    const before = names()
    require(${JSON.stringify(specifier)})
    const left = names().filter((name) => !before.includes(name))
    const paths = Object.keys(require.cache).map((path) => path.replaceAll('\\\\', '/'))
    const packages = [...new Set(paths.flatMap((path) => /\\/packages\\/([\\w-]+)\\/dist\\//.exec(path)?.[1] ?? []))].sort()
    process.stdout.write(JSON.stringify({ left, packages }))
  `
  const printed = execFileSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8', timeout: 20_000 })
  return JSON.parse(printed) as Loaded
}

test.each(packageNames)(
  'loading the built %s opens nothing, and loads no package of ours that it does not name',
  (name) => {
    const { left, packages } = load(`@pycached/${name}`)
    const manifest = manifestOf(name)
    const named = Object.keys(Object.assign({}, manifest['dependencies'], manifest['peerDependencies']))
    const allowed = [name, ...named.map((dependency) => dependency.replace('@pycached/', ''))]
    expect(left).toEqual([])
    expect(packages).toContain(name)
    expect(packages.filter((loaded) => !allowed.includes(loaded))).toEqual([])
  },
)

test('a module that leaves something behind is noticed', () => {
  expect(load(`${root}test/rules/samples/busy.cjs`).left).toEqual(['Timeout', 'leftBehind'])
})
