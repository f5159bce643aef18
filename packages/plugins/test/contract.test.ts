import { pluginContract } from '@pycached/testing'
import { describe, test } from 'vitest'
import { HitMissRatioPlugin, TimingPlugin } from '../src/index.js'

describe.each([HitMissRatioPlugin, TimingPlugin])('the contract of plugins, $name', (PluginClass) => {
  for (const { title, run } of pluginContract({ create: () => new PluginClass() })) test(title, run)
})
