/** veraPDF, where it was fetched. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const jar = fileURLToPath(new URL('../../../../.cache/verapdf/greenfield-apps-1.28.2.jar', import.meta.url))

/** Why it can't be asked; undefined where it can. */
export const veraPdfMissing: string | undefined = !existsSync(jar)
  ? 'veraPDF is not here: run node scripts/fetch-verapdf.mjs'
  : spawnSync('java', ['-version']).status !== 0
    ? 'java does not run, which veraPDF needs: install default-jre-headless'
    : undefined

/** What veraPDF says of a file. */
interface Judged {
  readonly compliant: boolean
  readonly details: {
    readonly passedRules: number
    readonly ruleSummaries: readonly {
      readonly ruleStatus: string
      readonly clause: string
      readonly testNumber: number
      readonly description: string
    }[]
  }
}

/**
 * Validates files, in one run: it takes longer to begin than to judge.
 *
 * @param paths - The files.
 * @param profile - `3a`: PDF/A-3a. `ua1`: PDF/UA-1.
 * @returns For each file the rules that it breaks, as clause, number and description; none where it passes.
 */
export function validate(paths: readonly string[], profile: '3a' | 'ua1'): readonly (readonly string[])[] {
  const { stdout, stderr } = spawnSync(
    'java',
    ['-cp', jar, 'org.verapdf.apps.GreenfieldCliWrapper', '-f', profile, '--format', 'json', ...paths],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  const from = stdout.indexOf('{')
  if (from < 0) throw new Error(`veraPDF said nothing: ${stderr}`)
  const { report } = JSON.parse(stdout.slice(from)) as {
    report: {
      jobs: readonly {
        readonly itemDetails: { readonly name: string }
        readonly validationResult?: readonly Judged[]
      }[]
    }
  }
  return paths.map((path) => {
    const result = report.jobs.find(({ itemDetails }) => itemDetails.name === path)?.validationResult?.[0]
    if (result === undefined) throw new Error(`veraPDF did not judge ${path}: ${stderr}`)
    const broken = result.details.ruleSummaries
      .filter(({ ruleStatus }) => ruleStatus === 'FAILED')
      .map(({ clause, testNumber, description }) => `${clause}-${testNumber}: ${description}`)
    if (broken.length === 0 && !result.compliant) return ['not compliant']
    // A profile without rules would pass everything.
    return broken.length === 0 && result.details.passedRules < 50 ? ['hardly a rule was tried'] : broken
  })
}
