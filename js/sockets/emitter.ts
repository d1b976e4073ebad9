import { createListeners, type Listeners } from '../common/listeners.js'

/** Adds a listener for one type of event. Returns a function that removes it. */
export type On<Events> = <Type extends keyof Events>(
  type: Type,
  listener: (event: Events[Type]) => void,
) => () => void

/** Listeners by the type of their event. */
export function createEmitter<Events>() {
  const lists: { [Type in keyof Events]?: Listeners<Events[Type]> } = {}

  function listOf<Type extends keyof Events>(type: Type): Listeners<Events[Type]> {
    lists[type] ??= createListeners<Events[Type]>()
    return lists[type]
  }

  const on: On<Events> = (type, listener) => listOf(type).add(listener)
  const emit = <Type extends keyof Events>(type: Type, event: Events[Type]) => listOf(type).emit(event)
  return { on, emit }
}
