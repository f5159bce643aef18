/** The public names of `@pycached/plugins`. Importing it registers the class paths. */
import { register } from '@pycached/core'
import { type HitMissRatio, HitMissRatioPlugin } from './hit-miss-ratio.js'
import { type Profiling, TimingPlugin } from './timing.js'

export type { HitMissRatio, Profiling }
export { HitMissRatioPlugin, TimingPlugin }

declare module '@pycached/core' {
  interface BaseCache {
    /** On caches with a `HitMissRatioPlugin`, and on no other. */
    readonly hitMissRatio: HitMissRatio
    /** On caches with a `TimingPlugin`, and on no other. */
    readonly profiling: Profiling
  }
}

register('pycached.plugins.HitMissRatioPlugin', HitMissRatioPlugin)
register('pycached.plugins.TimingPlugin', TimingPlugin)
