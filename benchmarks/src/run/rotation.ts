/** The order of a round: whoever came first in the last one comes last now, so that nobody always pays for what the same neighbour left behind. */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const first = list.length === 0 ? 0 : round % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}
