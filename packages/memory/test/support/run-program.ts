/** The programs of this package's tests. */
import { type Program, programAt } from '../../../../test/support/program.js'

/** `programs/<name>.ts`. */
export function programOf(name: string): Promise<Program> {
  return programAt(new URL(`programs/${name}.ts`, import.meta.url))
}
