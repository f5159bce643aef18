/**
 * Objects whose prototype is not the one this module knows, and which are nevertheless what they seem: those of another realm (a
 * `node:vm` context, and with it every test under Jest), and Node's `Buffer`, which is bytes.
 */

export type Kind = 'Object' | 'Array' | 'Map' | 'Set' | 'Date' | 'Uint8Array'

const KINDS: ReadonlyMap<string, Kind> = new Map(
  (['Object', 'Array', 'Map', 'Set', 'Date', 'Uint8Array'] as const).map((kind) => [kind, kind]),
)

/** @param className the name that the constructor of its prototype has, so that a subclass is not taken for its base. */
export function foreignKindOf(value: object, prototype: object, className: string): Kind | undefined {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag === 'Uint8Array' && className === 'Buffer') return 'Uint8Array'
  if (tag !== className) return undefined
  if (tag === 'Object' && Object.getPrototypeOf(prototype) !== null) return undefined
  return KINDS.get(tag)
}
