import { defineStore } from 'pinia'

interface Note {
  id: string
  text: string
}

export const useNotes = defineStore('notes', () => {
  const notes = ref<Note[]>([])
  return {
    notes,
    count: computed(() => notes.value.length),
    newestFirst: computed(() => notes.value.toReversed()),
    show(list: Note[]) {
      notes.value = list
    },
  }
})
