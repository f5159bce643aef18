/** Hit ratios of eviction policies, on recorded traces and on generated workloads. */
export { type EvictionReport, type EvictionReportOptions, evictionReport } from './report.js'
export type { EvictionRow } from './tables.js'
