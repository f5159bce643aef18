/** What no payload may do to the program that reads it, whether it is read or refused. */

import { PyDate, PyDecimal, PyTime, PyTimedelta, PyTimezone, PyUuid } from '@pycached/serializer-pickle'

/** What every program relies on. */
const CLASSES = [Object, Array, Map, Set, Date, Uint8Array, Function, String, Number, Promise, Error]
const OUR_CLASSES = [PyDate, PyDecimal, PyTime, PyTimedelta, PyTimezone, PyUuid]
const SHARED: readonly object[] = [...CLASSES, ...OUR_CLASSES].flatMap((one) => [one, one.prototype as object])

const ALLOWED = new Set<unknown>([null, Buffer.prototype, ...SHARED])

/** Larger values are looked into only so far. */
const MAX_VISITS = 2000

type Shape = ReadonlyMap<PropertyKey, PropertyDescriptor | undefined>

function shapes(): Shape[] {
  return SHARED.map(
    (object) => new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)])),
  )
}

const before = shapes()
const sizes = SHARED.map((object) => Reflect.ownKeys(object).length)

/** Cheap enough for every payload: whether anything was added or removed. */
export function seemsPolluted(): boolean {
  return SHARED.some((object, index) => Reflect.ownKeys(object).length !== sizes[index])
}

/** Whether anything is no longer what it was. */
export function isPolluted(): boolean {
  return shapes().some((shape, index) => {
    const old = before[index] as Shape
    return old.size !== shape.size || [...shape].some(([key, is]) => !isSame(old.get(key), is))
  })
}

function isSame(was: PropertyDescriptor | undefined, is: PropertyDescriptor | undefined): boolean {
  return Object.is(was?.value, is?.value) && was?.get === is?.get && was?.set === is?.set
}

/** Whether a value holds an object whose prototype is neither of the language nor of our own classes: the payload's, that is. */
export function hasForeignPrototype(value: unknown): boolean {
  const seen = new Set<unknown>()
  const pending = [value]
  while (pending.length > 0 && seen.size < MAX_VISITS) {
    const one = pending.pop()
    if (typeof one === 'function') return true
    if (typeof one !== 'object' || one === null || seen.has(one)) continue
    seen.add(one)
    if (!ALLOWED.has(Object.getPrototypeOf(one))) return true
    if (ArrayBuffer.isView(one)) continue
    if (one instanceof Map) pending.push(...one.keys(), ...one.values())
    else if (one instanceof Set) pending.push(...one)
    for (const key of Object.keys(one)) pending.push((one as Record<string, unknown>)[key])
  }
  return false
}
