/** In milliseconds: `setTimeout` fires immediately for a longer time. */
export const LONGEST_TIMER = 2 ** 31 - 1
