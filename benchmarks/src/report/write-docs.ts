/** Writes what a complete run came to: docs/benchmarks.md, its charts and the results as data. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ResultsFile } from './json.js'
import { chartFile, hasChart, parts, withGenerated } from './markdown.js'
import { chart } from './svg.js'

export function writeDocs(docs: string, results: ResultsFile): void {
  const page = `${docs}/benchmarks.md`
  const folder = `${docs}/benchmarks`
  // First what can fail.
  const text = withGenerated(readFileSync(page, 'utf8'), parts(results))
  const charts = results.workloads.flatMap((report) =>
    report.figures.filter(hasChart).map((figure) => [chartFile(report, figure), chart(report, figure)] as const),
  )
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (file.endsWith('.svg')) rmSync(`${folder}/${file}`)
  for (const [file, svg] of charts) writeFileSync(`${folder}/${file}`, svg)
  // The tables of evictions are on the page, and their rows are what is data.
  const { eviction, ...rest } = results
  const data = eviction === undefined ? rest : { ...rest, eviction: eviction.rows }
  writeFileSync(`${folder}/results.json`, `${JSON.stringify(data, undefined, 2)}\n`)
  writeFileSync(page, text)
}
