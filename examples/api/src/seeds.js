/** The accounts at the start and after a reset. The ids of users are their places in this list, from 1. */
export const seedAccounts = [
  { email: 'ada@example.com', name: 'Ada', roles: ['admin', 'editor'], password: 'correct horse' },
  { email: 'bob@example.com', name: 'Bob', roles: ['user'], password: 'battery staple' },
]

const HOUR = 3_600_000

const texts = [
  { userId: '1', hoursAgo: 51, text: 'Ask the bakery for two loaves on Friday.' },
  { userId: '1', hoursAgo: 26, text: 'The tide table for the walk: low water at 10:40.' },
  { userId: '1', hoursAgo: 2, text: 'Return the book about bridges.' },
  { userId: '2', hoursAgo: 49, text: 'Water the tomatoes in the evening, not at noon.' },
  { userId: '2', hoursAgo: 3, text: 'Train to Leeds: platform 4, seat by the window.' },
]

/** The notes at the start and after a reset, the oldest of each user first. @param {number} now in milliseconds since the epoch */
export const seedNotes = (now) =>
  texts.map(({ userId, hoursAgo, text }) => ({
    userId,
    content: { text, writtenAt: new Date(now - hoursAgo * HOUR).toISOString() },
  }))
