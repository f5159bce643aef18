/**
 * One function as wrapper, standard (TC39) decorator and legacy (`experimentalDecorators`) decorator: which of the three a call is,
 * and what the decorated function is called in default keys.
 */
import { kindOf } from '../describe.js'
import { InvalidArgumentError } from '../errors.js'

/**
 * Any asynchronous function. As a constraint of a type parameter only, so that the decorated function's type is inferred whole,
 * with its generics, overloads and `this`; nothing but `any` says "whatever arguments" there.
 */
export type AsyncFunction = (this: any, ...args: any[]) => Promise<any>

/** A function as the decorators call it. */
export type Callable = (this: unknown, ...args: unknown[]) => Promise<unknown>

/** The decorated function's name in default keys; `self` is `this` of the call. */
export type NameOf = (self: unknown) => string

type Make = (fn: Callable, nameOf: NameOf) => Callable

/** The forms of a call: `(fn)`, `(method, context)`, `(target, name, descriptor)`. */
type Form = [first: unknown, second?: unknown, third?: unknown]

/**
 * @param owner the decorator's name, for messages
 * @param named whether the options say what the key is, so that no name is needed for it
 */
export function decorate(owner: string, named: boolean, make: Make): (...form: Form) => unknown {
  return (first, second, third) => {
    if (second === undefined) return wrapFunction(owner, named, make, first)
    if (isContext(second)) return decorateMethod(owner, named, make, first, second)
    return decorateLegacy(owner, named, make, first, second, third)
  }
}

function wrapFunction(owner: string, named: boolean, make: Make, fn: unknown): Callable {
  if (typeof fn !== 'function') {
    throw new InvalidArgumentError(`${owner}(options) takes the function to wrap, got ${kindOf(fn)}`)
  }
  if (fn.name === '' && !named) throw nameless(owner, 'a function without a name')
  const name = identifier(fn.name)
  return alike(
    make(fn as Callable, () => name),
    fn,
  )
}

function decorateMethod(owner: string, named: boolean, make: Make, method: unknown, context: MethodContext): Callable {
  const { kind, name, private: hidden } = context
  if (kind !== 'method' || typeof method !== 'function') throw notAMethod(owner, kind, name)
  if (!named && (hidden || typeof name === 'symbol')) {
    throw nameless(owner, hidden ? `the private method ${String(name)}` : 'a method named by a symbol')
  }
  const nameOf = named ? () => '' : methodName(owner, context, () => decorated)
  const decorated: Callable = alike(make(method as Callable, nameOf), method)
  return decorated
}

function decorateLegacy(
  owner: string,
  named: boolean,
  make: Make,
  target: unknown,
  name: unknown,
  descriptor: unknown,
): PropertyDescriptor {
  const method: unknown = (descriptor as PropertyDescriptor | undefined)?.value
  if (typeof method !== 'function') throw notAMethod(owner, descriptor === undefined ? 'field' : 'accessor', name)
  let fullName = ''
  if (!named) {
    const isStatic = typeof target === 'function'
    const className = (isStatic ? target : (target as object).constructor).name
    if (typeof name === 'symbol') throw nameless(owner, 'a method named by a symbol')
    if (className === '') throw nameless(owner, 'a method of a class without a name')
    fullName = methodOf(className, name as string, isStatic)
  }
  const decorated = make(method as Callable, () => fullName)
  return {
    ...(descriptor as PropertyDescriptor),
    value: alike(decorated, method),
  }
}

/** What the library asks of a standard decorator's context. */
interface MethodContext {
  readonly kind: string
  readonly name: string | symbol
  readonly static: boolean
  readonly private: boolean
  addInitializer(initializer: (this: unknown) => void): void
}

function isContext(value: unknown): value is MethodContext {
  return typeof value === 'object' && value !== null && 'kind' in value
}

/**
 * A standard decorator is not told the class. It is found out from the first instance (from the class itself for a static method):
 * the class is the one that has the decorated method as its own.
 */
function methodName(owner: string, context: MethodContext, decorated: () => Callable): NameOf {
  const method = context.name as string
  let known: string | undefined
  const learn = (self: unknown): string | undefined => {
    const home = homeOf(self, method, decorated())
    const className = context.static ? (home as { name?: string })?.name : home?.constructor?.name
    if (className === '') throw nameless(owner, `the method ${method} of a class without a name`)
    if (className !== undefined) known = methodOf(className, method, context.static)
    return known
  }
  context.addInitializer(function () {
    if (known === undefined) learn(this)
  })
  return (self) => {
    const name = known ?? learn(self)
    if (name !== undefined) return name
    throw new InvalidArgumentError(
      `${owner} does not know yet whose method ${method} is: make an instance of the class before, or give key or keyBuilder`,
      { option: 'key' },
    )
  }
}

/** The object on the chain of prototypes that has the decorated method, or alone has one of its name (decorated once more). */
function homeOf(self: unknown, name: string, decorated: Callable): object | undefined {
  const others: object[] = []
  for (let object = self; object !== null && object !== undefined; object = Object.getPrototypeOf(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name)
    if (descriptor?.value === decorated) return object
    const isOfClass = typeof object === 'function' || Object.hasOwn(object, 'constructor')
    if (descriptor !== undefined && isOfClass) others.push(object)
  }
  return others.length === 1 ? others[0] : undefined
}

/** `Users#find` of an instance, `Users.find` of the class. */
function methodOf(className: string, method: string, isStatic: boolean): string {
  return `${identifier(className)}${isStatic ? '.' : '#'}${identifier(method)}`
}

/** Quoted unless it is an identifier, so that no name looks like another with arguments or a class. */
function identifier(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
}

/** With the name and the number of parameters of the original. */
function alike(decorated: Callable, original: { name: string; length: number }): Callable {
  const { name, length } = original
  return Object.defineProperties(decorated, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  })
}

function nameless(owner: string, what: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `${owner} cannot make default keys for ${what}: name it, or give key or keyBuilder(...args)`,
    { option: 'key' },
  )
}

function notAMethod(owner: string, kind: string, name: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    `${owner} decorates methods, and ${String(name)} is none (${kind}): for any other function, wrap it: ${owner}(options)(fn)`,
  )
}
