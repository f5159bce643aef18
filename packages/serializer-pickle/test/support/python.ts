/** Python's own pickle, in a process of its own, where there is a `python3`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface PythonReading {
  /** What its C reader made of it, in the typed form that `typedRepr` gives for JavaScript values. */
  readonly c?: unknown
  /** What its reader in Python made of it. */
  readonly python?: unknown
  /** The value pickled again, in protocols 0 to 5, in Base64. */
  readonly again?: readonly string[]
  readonly error?: string
}

const script = fileURLToPath(new URL('../typed-repr.py', import.meta.url))

export const python3 = ((): string | undefined => {
  const { status, stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
})()

export function readInPython(pickles: readonly Uint8Array[]): PythonReading[] {
  const frames = pickles.flatMap((pickle) => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(pickle.length)
    return [header, pickle]
  })
  return linesOf([script], Buffer.concat(frames)).map((line) => JSON.parse(line) as PythonReading)
}

/** The lines that a program prints. */
export function runPython(source: string): string[] {
  return linesOf(['-c', source], Buffer.alloc(0))
}

function linesOf(args: readonly string[], input: Buffer): string[] {
  const { status, stdout, stderr } = spawnSync('python3', args, { input, encoding: 'utf8', maxBuffer: 1 << 30 })
  if (status !== 0) throw new Error(`python3 failed: ${stderr}`)
  return stdout.split('\n').filter((line) => line !== '')
}

/** The typed form that the Python script gives for what this value should be there. */
export function typedRepr(value: unknown, seen = new Map<object, number>()): unknown {
  if (value === null) return { t: 'none' }
  if (value === undefined) return { t: 'ellipsis' }
  switch (typeof value) {
    case 'boolean':
      return { t: 'bool', v: value }
    case 'bigint':
      return { t: 'int', v: hex(value) }
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { t: 'int', v: hex(BigInt(value)) }
      return { t: 'float', bits: Number.isNaN(value) ? 'nan' : bits(value) }
    case 'string':
      return { t: 'str', units: units(value) }
    case 'object':
      return objectRepr(value, seen)
    default:
      throw new TypeError(`no value of Python: ${typeof value}`)
  }
}

function objectRepr(value: object, seen: Map<object, number>): unknown {
  if (value instanceof Uint8Array) return { t: 'bytes', hex: Buffer.from(value).toString('hex') }
  const known = seen.get(value)
  if (known !== undefined) return { t: 'ref', id: known }
  const id = seen.size
  seen.set(value, id)
  if (value instanceof Date) return { t: 'datetime', id, us: String(BigInt(value.getTime()) * 1000n) }
  // A hole is undefined.
  if (Array.isArray(value)) return { t: 'list', id, v: Array.from(value, (item) => typedRepr(item, seen)) }
  if (value instanceof Map)
    return { t: 'map', id, v: [...value].map((entry) => entry.map((item) => typedRepr(item, seen))) }
  if (value instanceof Set) return { t: 'set', id, size: value.size }
  return { t: 'dict', id, v: Object.entries(value).map((entry) => entry.map((item) => typedRepr(item, seen))) }
}

function hex(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}

function bits(value: number): string {
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleBE(value)
  return buffer.toString('hex')
}

function units(value: string): string {
  const buffer = Buffer.from(value, 'utf16le')
  return buffer.swap16().toString('hex')
}
