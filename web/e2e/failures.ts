import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'

/** Says at the very end what failed and why: of a long output often only the end is kept. */
export default class Failures implements Reporter {
  private readonly list: string[] = []

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === 'skipped') return
    const why = result.errors.map((e) => [e.message, e.location && `at ${e.location.file}:${e.location.line}`].filter(Boolean).join('\n'))
    this.list.push([`${result.status}: ${test.titlePath().filter(Boolean).join(' › ')}`, ...why].join('\n'))
  }

  onExit(): Promise<void> {
    if (this.list.length > 0) process.stdout.write(`\n${this.list.join('\n\n')}\n`)
    return Promise.resolve()
  }

  printsToStdio(): boolean {
    return false
  }
}
