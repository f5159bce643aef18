/** Programs of the tests, each run in several processes at once: what holds across processes is shown with real ones. */
import { inject } from 'vitest'
import { programAt } from '../../../../test/support/program.js'

/** The Redis of the run, for a program: its URL with the namespace. */
export const redisArgument = (area: string): string =>
  `${inject('redisUrl')}?namespace=${encodeURIComponent(`${inject('redisNamespace')}:${area}`)}`

/** Runs `programs/<name>.ts` in as many processes as there are lists of arguments; what each of them printed. */
export async function runProcesses(name: string, argumentLists: readonly (readonly string[])[]): Promise<string[]> {
  using program = await programAt(new URL(`programs/${name}.ts`, import.meta.url))
  const outputs = await Promise.all(argumentLists.map((list) => program.run([], list, 30_000)))
  return outputs.map((output) => output.trim())
}
