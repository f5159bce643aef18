/** Python's own `json`, where there is a `python3`: texts in, what it reads in the typed form of `python-values.ts` out. */
import { execFileSync } from 'node:child_process'
import { plainValue, type TypedValue } from '../../../test/support/python-values.js'

const SCRIPT = `
import json, struct, sys
def typed(v):
    if v is None: return {'t': 'none'}
    if isinstance(v, bool): return {'t': 'bool', 'v': v}
    if isinstance(v, int): return {'t': 'int', 'v': str(v)}
    if isinstance(v, float): return {'t': 'float', 'bits': struct.pack('>d', v).hex()}
    if isinstance(v, str):
        units = v.encode('utf-16-be', 'surrogatepass').hex()
        return {'t': 'str', 'codepoints': ' '.join(units[i:i + 4] for i in range(0, len(units), 4))} if v else {'t': 'str', 'v': ''}
    if isinstance(v, list): return {'t': 'list', 'v': [typed(i) for i in v]}
    return {'t': 'dict', 'v': [[typed(k), typed(i)] for k, i in v.items()]}
json.dump([typed(json.loads(text)) for text in json.load(sys.stdin)], sys.stdout)
`

export function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import json'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** One process for all of them. */
export function readByPython(texts: readonly string[]): unknown[] {
  const output = execFileSync('python3', ['-c', SCRIPT], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  return (JSON.parse(output) as TypedValue[]).map(plainValue)
}
