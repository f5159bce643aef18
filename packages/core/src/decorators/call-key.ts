/**
 * A call's arguments → text: equal arguments give the same, different ones never do. Readable, since it is seen in stores and logs:
 * `1,"a",{"x":[true,null]}`.
 *
 * - Order counts in arrays and typed arrays; it does not in objects, maps and sets.
 * - `1`, `'1'` and `1n` differ, and so do `0` and `-0`, a hole and `undefined`, an argument that is `undefined` and one left away.
 * - What has no form of its own (functions, symbols, instances of classes, cycles) is refused, never guessed.
 */
import { InvalidArgumentError } from '../errors.js'

/** Deeper than any argument should be; ends before the stack does. */
const MAX_DEPTH = 200

/** `owner` is the function's name, for messages. @throws `InvalidArgumentError` for an argument without a canonical form. */
export function argumentsKey(args: readonly unknown[], owner: string): string {
  let text = ''
  for (let index = 0; index < args.length; index++) {
    if (index > 0) text += ','
    try {
      text += canonical(args[index], [])
    } catch (error) {
      if (!(error instanceof NoCanonicalForm)) throw error
      throw new InvalidArgumentError(
        `argument ${index + 1} of ${owner} cannot be part of a key, for it has ${error.message}: give key or keyBuilder(...args)`,
        { option: 'keyBuilder' },
      )
    }
  }
  return text
}

class NoCanonicalForm extends Error {}

/** `path` holds the objects around the value. */
function canonical(value: unknown, path: object[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : within(value, path)
    default:
      throw new NoCanonicalForm(`a ${typeof value}`)
  }
}

function within(value: object, path: object[]): string {
  if (path.includes(value)) throw new NoCanonicalForm('a cycle')
  if (path.length >= MAX_DEPTH) throw new NoCanonicalForm(`more than ${MAX_DEPTH} levels`)
  path.push(value)
  const text = canonicalObject(value, path)
  path.pop()
  return text
}

function canonicalObject(value: object, path: object[]): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (isPlain(prototype)) return `{${properties(value as Record<string, unknown>, path)}}`
  if (Array.isArray(value) && Array.isArray(prototype)) return `[${elements(value, path)}]`
  if (prototype === Date.prototype) return `Date(${dateText(value as Date)})`
  if (prototype === Map.prototype) return `Map{${entries(value as Map<unknown, unknown>, path)}}`
  if (prototype === Set.prototype) return `Set{${members(value as Set<unknown>, path)}}`
  if (prototype === ArrayBuffer.prototype) return `ArrayBuffer[${new Uint8Array(value as ArrayBuffer).join()}]`
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return typedArray(value, path)
  throw new NoCanonicalForm(`an instance of ${value.constructor?.name || 'a class'}`)
}

/** No prototype, or `Object.prototype`, of whatever realm: the one that has no prototype itself. */
function isPlain(prototype: unknown): boolean {
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')
}

function properties(value: Record<string, unknown>, path: object[]): string {
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NoCanonicalForm('a property named by a symbol')
  let text = ''
  for (const name of Object.keys(value).sort()) {
    if (text !== '') text += ','
    text += `${JSON.stringify(name)}:${canonical(value[name], path)}`
  }
  return text
}

function elements(array: readonly unknown[], path: object[]): string {
  let text = ''
  let present = 0
  for (let index = 0; index < array.length; index++) {
    if (index > 0) text += ','
    const isHole = !(index in array)
    if (!isHole) present++
    text += isHole ? 'hole' : canonical(array[index], path)
  }
  if (Object.keys(array).length > present) throw new NoCanonicalForm('an array with properties of its own')
  return text
}

function entries(map: ReadonlyMap<unknown, unknown>, path: object[]): string {
  return Array.from(map, ([key, one]) => `${canonical(key, path)}:${canonical(one, path)}`)
    .sort()
    .join()
}

function members(set: ReadonlySet<unknown>, path: object[]): string {
  return Array.from(set, (one) => canonical(one, path))
    .sort()
    .join()
}

function typedArray(view: ArrayBufferView, path: object[]): string {
  const { [Symbol.toStringTag]: name } = view as ArrayBufferView & { readonly [Symbol.toStringTag]: string }
  return `${name}[${Array.from(view as unknown as Iterable<unknown>, (one) => canonical(one, path)).join()}]`
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'NaN' : date.toISOString()
}
