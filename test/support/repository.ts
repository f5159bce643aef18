/** The files of this repository, as the rules about it read them. */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Path from the root of the repository, with `/` → text. */
export type Files = ReadonlyMap<string, string>

export interface Manifest {
  readonly name: string
  readonly [field: string]: unknown
}

const ignored = new Set(['node_modules', 'dist', 'coverage', '.git', '.nx'])

/** Every file below a folder that a commit could have, in order of their paths. */
export function pathsBelow(folder = ''): string[] {
  return readdirSync(root + folder, { withFileTypes: true })
    .filter((entry) => !ignored.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? pathsBelow(path) : [path]
    })
}

export const read = (path: string): string => readFileSync(root + path, 'utf8')

/** The files whose paths match. */
export function filesMatching(pattern: RegExp): Files {
  return new Map(
    pathsBelow()
      .filter((path) => pattern.test(path))
      .map((path) => [path, read(path)]),
  )
}

/** The names of the folders in `packages/`, which are the packages' names without their scope. */
export const packageNames = readdirSync(`${root}packages`).filter((name) => !name.startsWith('.'))

export const manifestOf = (packageName: string): Manifest =>
  JSON.parse(read(`packages/${packageName}/package.json`)) as Manifest

/** The sources of all packages. */
export const sources = (): Files => filesMatching(/^packages\/[^/]+\/src\/.*\.ts$/)
