// Checks advisories with csaf-validator-lib, for `make bench-sensing`: node peer.mjs PACKAGE TESTS FOLDER reads the
// JSON files of a folder before, runs the tests of a file of the package on each (mandatoryTests.js, or basic.js
// with the schema), and writes {"documents":…,"processor_seconds":…,"invalid":["file",…]}.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, kind, documents] = process.argv.slice(2)
const load = (name) => import(pathToFileURL(join(folder, name)).href)
const { default: validate } = await load('validate.js')
const tests = Object.values(await load(kind))
const texts = readdirSync(documents).sort().map((name) => [name, readFileSync(join(documents, name), 'utf8')])

const before = process.cpuUsage()
const invalid = []
for (const [name, text] of texts) {
  const { isValid } = await validate(tests, JSON.parse(text))
  if (!isValid) invalid.push(name)
}
const used = process.cpuUsage(before)
console.log(JSON.stringify({ documents: texts.length, processor_seconds: (used.user + used.system) / 1e6, invalid }))
