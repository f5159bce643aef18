/** Numbers as tables show them. */

import type { Summary } from '../run/statistics.js'
import type { Unit } from '../workload.js'

/** Three digits that count: 0.123, 1.23, 12.3, 123, 12,300. */
export function digits(value: number): string {
  if (value === 0) return '0'
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  const places = Math.min(3, Math.max(0, 2 - magnitude))
  return Number(value.toFixed(places)).toLocaleString('en', {
    minimumFractionDigits: places === 3 ? 2 : places,
    maximumFractionDigits: places,
  })
}

/** A number that was chosen, and not measured: 1.2, 25, 200,000. */
export const chosen = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 })

/** `1.23 µs`, `197 B`, `3`. */
export function withUnit(value: number, unit: Unit, numberText = digits): string {
  if (unit === 'ns') {
    if (value >= 1e6) return `${numberText(value / 1e6)} ms`
    return value >= 1e3 ? `${numberText(value / 1e3)} µs` : `${numberText(value)} ns`
  }
  if (unit === '× load') return `${numberText(value)} ×`
  if (unit === 'loads' || unit === 'entries') return Math.round(value).toLocaleString('en')
  return `${numberText(value)} ${unit}`
}

export const ratioText = ({ median, min, max }: Summary): string => `${digits(median)} (${digits(min)}–${digits(max)})`
