/** The results as data: what ran where, and what came out. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type { EvictionReport } from '../eviction/index.js'
import type { Entrant } from '../run/run.js'
import type { WorkloadReport } from './report.js'

export interface ResultsFile {
  readonly machine: { readonly cores: number; readonly node: string; readonly v8: string; readonly redis: string }
  readonly quick: boolean
  readonly contenders: readonly {
    readonly name: string
    readonly kind: 'ours' | 'peer' | 'limit'
    /** By package. */
    readonly versions: Readonly<Record<string, string>>
    readonly usage?: string
  }[]
  readonly workloads: readonly WorkloadReport[]
  /** Hit ratios of eviction policies (workload E). */
  readonly eviction?: Pick<EvictionReport, 'rows' | 'markdown'>
}

export function resultsFile(options: {
  readonly reports: readonly WorkloadReport[]
  readonly entrants: readonly Entrant[]
  readonly redisVersion: string
  readonly quick: boolean
  readonly eviction: ResultsFile['eviction'] | undefined
}): ResultsFile {
  return {
    machine: {
      cores: availableParallelism(),
      node: process.versions.node,
      v8: process.versions.v8,
      redis: options.redisVersion,
    },
    quick: options.quick,
    contenders: options.entrants.map(({ contender: { name, kind = 'peer', packages = [], usage }, path }) => ({
      name,
      kind,
      versions: Object.fromEntries(
        packages.flatMap((packageName) => {
          const version = versionOf(packageName, path)
          return version === undefined ? [] : [[packageName, version]]
        }),
      ),
      ...(usage === undefined ? {} : { usage }),
    })),
    workloads: options.reports,
    ...(options.eviction === undefined ? {} : { eviction: options.eviction }),
  }
}

/** From the manifest of the package that the module `from` would import; many packages do not export it, so it is looked for in the folders. */
function versionOf(packageName: string, from: string): string | undefined {
  for (const folder of createRequire(from).resolve.paths(packageName) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${packageName}/package.json`, 'utf8')) as { version?: string }).version
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}
