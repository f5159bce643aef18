/**
 * The main job, on memory alone: two caches from a configuration that is pure data, a decorator over one of them, and what its
 * plugins measured.
 */
import assert from 'node:assert/strict'
import { cached, caches } from '@pycached/core'
// For the types of the plugins' figures alone: the package itself is loaded by its class paths.
import type {} from '@pycached/plugins'

caches.setConfig({
  default: {
    cache: 'pycached.SimpleMemoryCache',
    serializer: { class: 'pycached.serializers.StringSerializer' },
  },
  weather: {
    cache: 'pycached.SimpleMemoryCache',
    namespace: 'weather',
    ttl: '10m',
    serializer: { class: 'pycached.serializers.JsonSerializer' },
    plugins: [{ class: 'pycached.plugins.HitMissRatioPlugin' }, { class: 'pycached.plugins.TimingPlugin' }],
  },
})

let measurements = 0

class Stations {
  /** Takes its time, as a slow service would; so its results are kept. */
  @cached({ alias: 'weather' })
  async temperature(city: string): Promise<number> {
    measurements++
    await new Promise((resolve) => setTimeout(resolve, 20))
    return city.length * 2 + 0.5
  }
}

const CITIES = ['Berlin', 'Lagos', 'Lima', 'Osaka', 'Quito']
const QUESTIONS = 500

const stations = new Stations()
for (let question = 0; question < QUESTIONS; question++) {
  await stations.temperature(CITIES[question % CITIES.length] ?? 'Berlin')
}

const weather = caches.get('weather')
await caches.get('default').set('asked', QUESTIONS)
assert.equal(await caches.get('default').get('asked'), '500')
assert.equal(measurements, CITIES.length)

const { hitMissRatio, profiling } = weather
const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`
const micros = (seconds: number): string => `${(1e6 * seconds).toFixed(1)} µs`

console.log(
  `\n${QUESTIONS} questions about ${CITIES.length} cities, and ${measurements} measurements to answer them.\n`,
)
print([
  ['HitMissRatioPlugin', 'asked', 'found', 'ratio'],
  ['', String(hitMissRatio.total), String(hitMissRatio.hits), percent(hitMissRatio.hitRatio)],
])
print([
  ['TimingPlugin', 'calls', 'average', 'least', 'most'],
  ...(['get', 'set'] as const).map((command) => [
    command,
    String(profiling[`${command}Total`]),
    micros(profiling[`${command}Avg`]),
    micros(profiling[`${command}Min`]),
    micros(profiling[`${command}Max`]),
  ]),
])

await caches.close()

/** Columns, the first to the left and the others to the right. */
function print([head = [], ...rows]: string[][]): void {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? title.length)),
  )
  const line = (row: string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(20) : cell.padStart((widths[column] ?? 0) + 3))).join('')
  console.log(line(head))
  console.log('-'.repeat(line(head).length))
  for (const row of rows) console.log(line(row))
  console.log()
}
