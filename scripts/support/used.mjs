// Finds the platform features that code uses, as paths of MDN's browser-compat-data.

import path from 'node:path'
import { build } from 'esbuild'
import { importFrom } from '../packages.mjs'
import { root } from '../run.mjs'

// TypeScript 7 has no API yet; vue-tsc installs the last version that has one.
const { default: ts } = await importFrom(path.join(root, 'examples/vue'), 'typescript')

/** Syntax that is newer than modules, with a test for a node. */
const SYNTAX = {
  'javascript.classes.private_class_methods': (node) =>
    ts.isMethodDeclaration(node) && ts.isPrivateIdentifier(node.name),
  'javascript.classes.private_class_fields': (node) =>
    ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name),
  'javascript.classes.public_class_fields': (node) => ts.isPropertyDeclaration(node),
  'javascript.classes.static.initialization_blocks': ts.isClassStaticBlockDeclaration,
  'javascript.operators.optional_chaining': (node) => Boolean(node.questionDotToken),
  'javascript.operators.nullish_coalescing_assignment': (node) =>
    node.operatorToken?.kind === ts.SyntaxKind.QuestionQuestionEqualsToken,
  'javascript.operators.await.top_level': (node) =>
    ts.isAwaitExpression(node) && !ts.findAncestor(node, ts.isFunctionLike),
  'javascript.regular_expressions.lookbehind_assertion': (node) =>
    ts.isRegularExpressionLiteral(node) && /\(\?<[=!]/.test(node.text),
  'javascript.builtins.RegExp.unicodeSets': (node) =>
    ts.isRegularExpressionLiteral(node) && /v[a-z]*$/.test(node.text),
}

/** The sources that an application loads for these files of the package, without those that a bundler removes. */
export async function sourcesOf(files) {
  const { metafile } = await build({
    entryPoints: files.map((file) => path.join(root, 'pkg', file)),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    outdir: 'support',
    format: 'esm',
    packages: 'external',
    external: ['#build/*'],
    metafile: true,
    write: false,
    logLevel: 'error',
  })
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  )
  return [...new Set(used.map(([file]) => sourceOf(file)))]
}

/** The source of a file in pkg/. A generated file is its own source. */
function sourceOf(file) {
  const stem = path.join(root, file.replace(/^pkg/, 'js').replace(/\.js$/, ''))
  return [`${stem}.ts`, `${stem}.tsx`].find(ts.sys.fileExists) ?? path.join(root, file)
}

/**
 * @returns a function that lists the features that sources use: the name in the types, the paths in the data, and whether the
 * feature belongs to an object of the platform. The data must contain such objects; it does not contain dictionaries such as
 * `RequestInit`
 */
export function createReader(files) {
  const { options } = ts.getParsedCommandLineOfConfigFile(path.join(root, 'js/tsconfig.json'), {}, ts.sys)
  const program = ts.createProgram(files, { ...options, allowJs: true, noEmit: true })
  const checker = program.getTypeChecker()
  return (sources) => sources.flatMap((file) => usesIn(program.getSourceFile(file), checker))
}

function usesIn(file, checker) {
  const uses = []
  const visit = (node) => {
    for (const [feature, isUsed] of Object.entries(SYNTAX)) if (isUsed(node)) add(node, feature, [feature])
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    if (ts.isIdentifier(node)) {
      const use = useOf(node, checker)
      if (use) add(node, use.name, use.paths, use.isPlatforms)
    }
    ts.forEachChild(node, visit)
  }
  const add = (node, name, paths, isPlatforms = false) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    uses.push({ name, paths, isPlatforms, where: `${path.relative(root, file.fileName)}:${line + 1}` })
  }
  visit(file)
  return uses
}

const isLibrary = (declaration) => /[\\/]lib\.[\w.]+\.d\.ts$/.test(declaration.getSourceFile().fileName)

function useOf(node, checker) {
  const symbol = symbolOf(node, checker)
  const declarations = symbol?.declarations?.filter(isLibrary) ?? []
  const [declaration] = declarations
  if (!declaration) return undefined
  const { parent } = declaration
  const member = symbol.name
  if (member === 'prototype') return undefined
  if (ts.isInterfaceDeclaration(parent)) return memberOf(parent, member, node, checker)
  // `declare var AbortSignal: { any(…): … }`
  if (ts.isTypeLiteralNode(parent) && ts.isVariableDeclaration(parent.parent))
    return memberOf(parent.parent, member, node, checker)
  // `declare namespace Reflect { function get(…): … }`
  if (ts.isModuleBlock(parent)) {
    const owner = parent.parent.name.text
    const paths = [`javascript.builtins.${owner}.${member}`, `webassembly.api.${member}_static`]
    return { name: `${owner}.${member}`, paths, isPlatforms: ts.isFunctionDeclaration(declaration) }
  }
  const inside = [
    'api',
    'api.EventTarget',
    'api.Window',
    'api.WorkerGlobalScope',
    'api.SharedWorkerGlobalScope',
  ]
  const isValue = declarations.some((one) => ts.isVariableDeclaration(one) || ts.isFunctionDeclaration(one))
  if (!isValue) return undefined
  const places = [...inside, 'javascript.builtins', 'webassembly.api']
  return { name: member, paths: places.map((place) => `${place}.${member}`), isPlatforms: true }
}

/** The symbol of a name in an object, in a pattern, or in scope. */
function symbolOf(node, checker) {
  const { parent } = node
  if (ts.isBindingElement(parent) && (parent.propertyName ?? parent.name) === node)
    return checker.getTypeAtLocation(parent.parent).getProperty(node.text)
  if (ts.isPropertyAssignment(parent) && parent.name === node) return contextual(parent, node, checker)
  if (ts.isShorthandPropertyAssignment(parent)) return contextual(parent, node, checker)
  return checker.getSymbolAtLocation(node)
}

const contextual = (property, node, checker) =>
  checker.getContextualType(property.parent)?.getProperty(node.text)

/** In the data, a member is at its interface, at an inherited interface, or, for a mixin, at the object in the code. */
function memberOf(declaring, member, node, checker) {
  const { parent } = node
  const object = checker.getTypeAtLocation(
    ts.isPropertyAccessExpression(parent) ? parent.expression : parent.parent,
  )
  const types = (object.isUnion() ? object.types : [object]).flatMap((type) => [type, ...basesOf(type)])
  const owners = [declaring.name.text, ...types.map((type) => type.symbol?.name ?? '')].map((owner) =>
    owner.replace(/Constructor$|^Readonly(?=Array)/, '').replace(/^Uint8Array$/, 'TypedArray'),
  )
  const names = [member, `${member}_static`, `${member.replace(/^on/, '')}_event`]
  const places = ['api', 'javascript.builtins', 'webassembly.api']
  const paths = [...owners, 'EventTarget']
    .flatMap((owner) => names.map((name) => `${owner}.${name}`))
    .flatMap((name) => places.map((place) => `${place}.${name}`))
  const isPlatforms = Boolean(checker.getSymbolAtLocation(declaring.name).flags & ts.SymbolFlags.Value)
  return { name: `${declaring.name.text}.${member}`, paths: [...paths, `api.${member}`], isPlatforms }
}

function basesOf(type) {
  const bases = type.getBaseTypes?.() ?? []
  return bases.flatMap((base) => [base, ...basesOf(base)])
}
