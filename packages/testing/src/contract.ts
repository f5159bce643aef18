/** What all contracts share: cases as data, for any test runner. */

/** One requirement: a behaviour, and a function that rejects where the subject does not have it. */
export interface ContractCase {
  readonly title: string
  readonly run: () => Promise<void>
}

/** Waits in real time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

let cases = 0

/** Text that no other case of any process starts its keys with. */
export function uniqueName(): string {
  return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}${++cases}`
}

/** What a promise was rejected with. @throws an `Error` if it was resolved */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('expected a rejection, and the promise was resolved')
}

/** Numbers from 0 to `count - 1`, mapped. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
