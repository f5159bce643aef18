/** A clock that a test moves, which counts its readings and knows where a turn of the event loop ends. */
import { FakeClock } from '@pycached/testing'

export class TurnClock extends FakeClock {
  /** How often somebody asked for the time. */
  reads = 0
  /** How often somebody asked to be told of the end of a turn. */
  asked = 0
  #atEnd: (() => void)[] = []

  /** By how many milliseconds each reading is later than the one before, as it is on every machine. */
  stepMs = 0

  override now(): number {
    this.reads++
    this._nowMs += this.stepMs
    return super.now()
  }

  afterTurn(callback: () => void): void {
    this.asked++
    this.#atEnd.push(callback)
  }

  /** Time goes on within the turn: nothing else runs, no timer either. */
  block(ms: number): void {
    this._nowMs += ms
  }

  endTurn(): void {
    const callbacks = this.#atEnd
    this.#atEnd = []
    for (const callback of callbacks) callback()
  }

  /** Ends the turn, and moves time on. */
  override advance(ms: number): void {
    this.endTurn()
    super.advance(ms)
    this.endTurn()
  }
}
