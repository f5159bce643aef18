/** What a package shows to the world: explicit names in one flat index, and types that say what they are. */

import ts from 'typescript'
import type { Files } from '../support/repository.js'

const parse = (text: string): ts.SourceFile => ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true)

/** What is wrong with the index files of these sources, one line each. */
export function indexViolations(files: Files): string[] {
  return [...files].flatMap(([path, text]) => {
    const problems = parse(text).statements.flatMap((statement) => {
      const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
      if (
        ts.isExportAssignment(statement) ||
        modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)
      ) {
        return ['exports a default: give it a name']
      }
      if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return []
      const clause = statement.exportClause
      return clause !== undefined && ts.isNamedExports(clause) ? [] : ['exports *: name what is exported']
    })
    if (path.endsWith('/index.ts') && !/^packages\/[^/]+\/src\/index\.ts$/.test(path)) {
      problems.push('is a barrel in a folder: import from the file that defines the name')
    }
    return problems.map((problem) => `${path} ${problem}`)
  })
}

/**
 * Every `any` in a declaration file, with the line in which it stands, except where a type parameter is constrained to functions:
 * `F extends (this: any, ...args: any[]) => Promise<any>`, which is the only way to write "any asynchronous function" so that `F` is inferred whole.
 */
export function anyInDeclarations(path: string, text: string): string[] {
  const source = parse(text)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword && !isInFunctionConstraint(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${path}:${line + 1} ${text.split('\n')[line]?.trim()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/**
 * Every private member of a class in a declaration file. It would make the class nominal: the types for `import` and those for
 * `require`, which are two files, would not fit each other. Mark it `@internal` and give it an underscore instead.
 */
export function privateInDeclarations(path: string, text: string): string[] {
  const source = parse(text)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const isMember = ts.isClassElement(node) && node.name !== undefined
    const isPrivate = isMember && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0
    if (isPrivate || (isMember && ts.isPrivateIdentifier(node.name))) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${path}:${line + 1} ${node.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Inside a function type that constrains a type parameter, directly or by a name that is given to it. */
function isInFunctionConstraint(node: ts.Node): boolean {
  for (let child = node, parent = node.parent; parent !== undefined; child = parent, parent = parent.parent) {
    if (!ts.isFunctionTypeNode(child)) continue
    if (ts.isTypeParameterDeclaration(parent)) return parent.constraint === child
    if (ts.isTypeAliasDeclaration(parent))
      return parent.type === child && constrains(parent.name.text, parent.getSourceFile())
  }
  return false
}

/** Whether the name is used, and only ever to constrain type parameters. */
function constrains(name: string, source: ts.SourceFile): boolean {
  let uses = 0
  let constraints = 0
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) && node.typeName.getText() === name) {
      uses++
      if (ts.isTypeParameterDeclaration(node.parent) && node.parent.constraint === node) constraints++
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return uses > 0 && uses === constraints
}
