// Lays a gzip twin beside every built text file: the binary serves it as it
// is, so that no request pays for compression.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
writeFileSync(join(dist, '.keep'), '')
for (const name of readdirSync(dist, { recursive: true })) {
  const file = join(dist, name)
  if (!statSync(file).isFile() || !/\.(js|css|html|json|svg)$/.test(name)) continue
  const data = readFileSync(file)
  if (data.length > 1024) writeFileSync(`${file}.gz`, gzipSync(data, { level: 9 }))
}
