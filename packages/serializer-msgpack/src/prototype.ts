/** What the prototype of an object says about its class, in any realm: `instanceof` and `constructor` know only one. */

/** `Object.prototype`, of any realm, or none. */
export function isPlain(prototype: unknown): boolean {
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Whether nothing but `Object.prototype` follows: so it is with arrays, Maps and Dates of any realm, unless they are of a subclass. */
export function extendsObjectOnly(prototype: unknown): boolean {
  return isPlain(Object.getPrototypeOf(prototype))
}

export function classNameOf(prototype: unknown): string {
  const name: unknown = (prototype as { constructor?: { name?: unknown } }).constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'an object of a class without a name'
}
