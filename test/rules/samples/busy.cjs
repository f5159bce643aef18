// What no package may do: a timer and a global that are there as soon as it is loaded.
setTimeout(() => {}, 10)
globalThis.leftBehind = true
