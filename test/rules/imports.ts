/** What may import what, and how: the dependency rule of ARCHITECTURE.md, read from the imports in the sources. */

import { posix } from 'node:path'
import ts from 'typescript'
import type { Files } from '../support/repository.js'

/** Whom a package may import besides itself. `core` is every other package's peer dependency; what is not listed here is nobody's business. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  memory: ['@pycached/core', '@pycached/serializer-null', '@pycached/serializer-string'],
  redis: ['@pycached/core', '@pycached/serializer-json', 'ioredis'],
  'serializer-null': ['@pycached/core'],
  'serializer-string': ['@pycached/core'],
  'serializer-json': ['@pycached/core'],
  'serializer-pickle': ['@pycached/core'],
  'serializer-msgpack': ['@pycached/core', 'msgpackr'],
  plugins: ['@pycached/core'],
  testing: ['@pycached/core'],
}

export interface Import {
  readonly specifier: string
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
  /** Every name carries `type` of its own, which still loads the module. */
  readonly inlineTypesOnly: boolean
}

/** Static imports, re-exports, `import()` and `import('…')` types, in the order in which they stand. */
export function importsOf(text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, names: readonly { isTypeOnly: boolean }[] = []) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const inlineTypesOnly = !typeOnly && names.length > 0 && names.every((name) => name.isTypeOnly)
    found.push({ specifier: specifier.text, typeOnly, inlineTypesOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause
      const bindings = clause?.namedBindings
      const names =
        bindings !== undefined && ts.isNamedImports(bindings) && clause?.name === undefined ? bindings.elements : []
      add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword, names)
    } else if (ts.isExportDeclaration(node)) {
      const names =
        node.exportClause !== undefined && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : []
      add(node.moduleSpecifier, node.isTypeOnly, names)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest))
  return found
}

/** What is wrong with the imports of these sources, one line each. */
export function importViolations(files: Files): string[] {
  return [...files].flatMap(([path, text]) => {
    const name = path.split('/')[1] ?? ''
    const allowed = MAY_IMPORT[name]
    if (allowed === undefined) return [`${path}: the package ${name} is not in the table of who may import whom`]
    return importsOf(text).flatMap((found) => {
      const { specifier } = found
      const problems: string[] = []
      if (found.inlineTypesOnly) problems.push(`imports only types from '${specifier}': write import type`)
      if (specifier.startsWith('.')) {
        const target = targetOf(path, specifier)
        if (!specifier.endsWith('.js')) problems.push(`imports '${specifier}' without .js`)
        else if (!target.startsWith(`packages/${name}/src/`))
          problems.push(`imports '${specifier}' from outside its src`)
        else if (!files.has(target)) problems.push(`imports '${specifier}', which does not exist`)
      } else if (specifier.startsWith('node:')) {
        if (name === 'core') problems.push(`imports '${specifier}': core runs without Node`)
      } else if (!allowed.includes(packageOf(specifier))) {
        problems.push(`imports '${specifier}', which ${name} may not`)
      }
      return problems.map((problem) => `${path} ${problem}`)
    })
  })
}

/** Files that import each other in a circle, types included: `a.ts → b.ts → a.ts`. Each circle once. */
export function importCycles(files: Files): string[] {
  const edges = new Map(
    [...files].map(([path, text]) => [
      path,
      importsOf(text)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => targetOf(path, specifier))
        .filter((target) => files.has(target)),
    ]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const follow = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const target of edges.get(path) ?? []) follow(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) follow(path, [])
  return cycles
}

const targetOf = (path: string, specifier: string): string =>
  posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
