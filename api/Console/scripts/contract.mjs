// Cuts the part of the API's OpenAPI document that the console uses out of the whole: contract.mjs WHOLE.json > src/api/openapi.json
import { readFileSync } from 'node:fs'

const USED = [
  /^\/api\/v1\/public\//, /^\/api\/v1\/workbench/, /^\/api\/v1\/cases(\/|$)/, /^\/api\/v1\/case-attachments$/, /^\/api\/v1\/villages\/\{village\}\/declare-sheet$/,
  /^\/api\/v1\/me$/, /^\/api\/v1\/me\/totp/, /^\/api\/v1\/regions\/\{code\}(\/children)?$/, /^\/api\/v1\/regions\/\{code\}\/statistics\/\{number\}(\/households)?$/,
  /^\/api\/v1\/households(\/\{code\}(\/visits)?)?$/, /^\/api\/v1\/visits$/,
]

const whole = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const paths = Object.fromEntries(Object.entries(whole.paths).filter(([path]) => USED.some((used) => used.test(path))))
const schemas = {}

function collect(node) {
  if (Array.isArray(node)) node.forEach(collect)
  else if (node && typeof node === 'object') {
    const name = typeof node.$ref === 'string' ? node.$ref.match(/^#\/components\/schemas\/(.+)$/)?.[1] : undefined
    if (name && !(name in schemas)) {
      schemas[name] = whole.components.schemas[name]
      collect(schemas[name])
    }
    Object.values(node).forEach(collect)
  }
}

// Numbers are answered as numbers and moments as text; the document also tells what else a reader may send.
function plain(node) {
  if (Array.isArray(node)) return node.map(plain)
  if (!node || typeof node !== 'object') return node
  const out = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, plain(value)]))
  if (Array.isArray(out.type) && out.type.some((t) => t === 'integer' || t === 'number') && out.type.includes('string')) {
    out.type = out.type.filter((t) => t !== 'string')
    if (out.type.length === 1) out.type = out.type[0]
    delete out.pattern
  }
  if (out.format === 'date-time' && !out.type) out.type = 'string'
  return out
}

collect(paths)
const sorted = Object.fromEntries(Object.keys(schemas).sort().map((name) => [name, schemas[name]]))
process.stdout.write(JSON.stringify(plain({ openapi: whole.openapi, info: { title: whole.info.title, version: whole.info.version }, paths, components: { schemas: sorted } }), null, 2) + '\n')
