/** Values by name, and the text that each is read back as. Their payloads of each released version are kept in `golden/`. */
export const samples: Readonly<Record<string, readonly [value: unknown, text: string]>> = {
  text: ['Zoë 😀', 'Zoë 😀'],
  'empty text': ['', ''],
  'text of digits': ['123', '123'],
  'byte order mark': ['\ufeffa', '\ufeffa'],
  null: [null, 'null'],
  true: [true, 'true'],
  integer: [-42, '-42'],
  'minus zero': [-0, '0'],
  fraction: [1.5, '1.5'],
  exponent: [1e21, '1e+21'],
  NaN: [Number.NaN, 'NaN'],
  bigint: [2n ** 70n, '1180591620717411303424'],
  array: [[1, [2, 3]], '1,2,3'],
  object: [{ a: 1 }, '[object Object]'],
  symbol: [Symbol('s'), 'Symbol(s)'],
}
