// veraPDF judges the PDFs of the tests: PDF/A and PDF/UA. Its command line is one jar on Maven Central; it goes into .cache,
// and a jar that is not the one named here is thrown away.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = '1.28.2'
const sha256 = '687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6'
const place = fileURLToPath(new URL('../.cache/verapdf', import.meta.url))
const jar = join(place, `greenfield-apps-${version}.jar`)
const isRight = () => existsSync(jar) && createHash('sha256').update(readFileSync(jar)).digest('hex') === sha256

if (!isRight()) {
  rmSync(jar, { force: true })
  mkdirSync(place, { recursive: true })
  const { error, status, stdout } = spawnSync(
    'mvn',
    [
      '-B',
      '-q',
      'dependency:copy',
      `-Dartifact=org.verapdf.apps:greenfield-apps:${version}`,
      `-DoutputDirectory=${place}`,
    ],
    { cwd: place, encoding: 'utf8' },
  )
  if (error !== undefined || status !== 0 || !isRight()) {
    const why =
      error !== undefined ? `mvn does not run (${error.message})` : status !== 0 ? stdout : 'its digest is wrong'
    rmSync(jar, { force: true })
    console.error(
      `veraPDF could not be fetched: ${why}\nIt needs: apt-get install -y --no-install-recommends maven default-jre-headless`,
    )
    process.exit(1)
  }
}
console.log(jar)
