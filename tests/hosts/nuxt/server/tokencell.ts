const events: string[] = []
Object.assign(globalThis, { events })

export default defineBffOptions(() => ({ onEvent: ({ type }) => void events.push(type) }))
