/** Python's own `msgpack`, where it is installed: bytes in; what it reads, typed as in `python-values.ts`, and writes again, out. */
import { execFileSync } from 'node:child_process'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'

const SCRIPT = `
import json, msgpack, struct, sys
def typed(v):
    if v is None: return {'t': 'none'}
    if isinstance(v, bool): return {'t': 'bool', 'v': v}
    if isinstance(v, int): return {'t': 'int', 'v': str(v)}
    if isinstance(v, float): return {'t': 'float', 'bits': struct.pack('>d', v).hex()}
    if isinstance(v, str): return {'t': 'str', 'v': v}
    if isinstance(v, bytes): return {'t': 'bytes', 'hex': v.hex()}
    if isinstance(v, list): return {'t': 'list', 'v': [typed(i) for i in v]}
    if isinstance(v, msgpack.Timestamp): return {'t': 'msgpack_timestamp', 'seconds': str(v.seconds), 'nanoseconds': v.nanoseconds}
    return {'t': 'dict', 'v': [[typed(k), typed(i)] for k, i in v.items()]}
def answer(payload):
    v = msgpack.unpackb(bytes.fromhex(payload), strict_map_key=False)
    return {'value': typed(v), 'written': msgpack.packb(v).hex()}
json.dump([answer(payload) for payload in json.load(sys.stdin)], sys.stdout)
`

export function hasPythonMsgPack(): boolean {
  try {
    execFileSync('python3', ['-c', 'import msgpack'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** One process for all of them. */
export function readByPython(payloads: readonly string[]): { value: unknown; written: string }[] {
  const output = execFileSync('python3', ['-c', SCRIPT], {
    input: JSON.stringify(payloads),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  const answers = JSON.parse(output) as { value: TypedValue; written: string }[]
  return answers.map(({ value, written }) => ({ value: plainValue(value), written }))
}
