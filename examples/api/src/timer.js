/** In milliseconds: `setTimeout` fires at once for anything longer. */
export const LONGEST_TIMER = 2 ** 31 - 1
