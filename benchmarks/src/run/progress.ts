/** One line that says what is going on: rewritten on a terminal, once per workload elsewhere. */

import type { WriteStream } from 'node:tty'

export interface ProgressLine {
  show(text: string): void
  end(): void
}

export function progressLine(stream: Pick<WriteStream, 'isTTY' | 'write'>): ProgressLine {
  let last = ''
  return {
    show(text) {
      if (stream.isTTY) {
        stream.write(`\r\u001B[K${text.slice(0, 100)}`)
        return
      }
      const workload = text.split(':')[0] ?? ''
      if (workload !== last) stream.write(`${workload} …\n`)
      last = workload
    },
    end() {
      if (stream.isTTY) stream.write('\r\u001B[K')
    },
  }
}
