/** Looking into a packed package. */

import { execFileSync } from 'node:child_process'

/** The paths of the files, without the `package/` that all of them start with. */
export const pathsInTarball = (tarball: string): string[] =>
  execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))

export const fileInTarball = (tarball: string, path: string): string =>
  execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' })
