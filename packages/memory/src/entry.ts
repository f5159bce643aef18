/** What a table keeps for one key, and the lists in which entries wait to expire. */

/** The `expiresAtMs` of what never expires: 0 rather than infinity, so that V8 keeps all of them as small integers. */
export const NEVER = 0

/**
 * One class for entries with and without a time to live, so that reads see objects of one shape, whose first fields are those that a
 * read looks at. The head of a list is an entry too, of no table.
 */
export class Entry {
  value: unknown
  /** On the clock of the expiry, a whole number of milliseconds. Written by the expiry alone. */
  expiresAtMs: number
  /** As the table that has it writes it. */
  key: string
  /** The circular list that it is in; linked to itself it is in none. */
  next: Entry
  previous: Entry

  constructor(key: string, value: unknown) {
    this.value = value
    this.expiresAtMs = NEVER
    this.key = key
    this.next = this
    this.previous = this
  }

  /** Takes it out of the list that it is in, if any. */
  unlink(): void {
    this.next.previous = this.previous
    this.previous.next = this.next
    this.next = this
    this.previous = this
  }

  /** Adds an entry that is in no list at the end of the list whose head this is. */
  append(entry: Entry): void {
    entry.previous = this.previous
    entry.next = this
    this.previous.next = entry
    this.previous = entry
  }

  /** Moves all that the list of `head` has to the end of this list. */
  takeAll(head: Entry): void {
    if (head.next === head) return
    head.next.previous = this.previous
    this.previous.next = head.next
    head.previous.next = this
    this.previous = head.previous
    head.next = head
    head.previous = head
  }
}

/** A list of none. */
export function emptyList(): Entry {
  return new Entry('', undefined)
}
