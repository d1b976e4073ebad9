import { isAuthError } from 'tokencell'
import { useAuthStore } from 'tokencell/pinia'
import { computed, defineComponent, reactive, ref } from 'vue'
import { ask, endSession, type ListedSession, listSessions, listUsers, write } from './api.js'
import type { Shown } from './auth.js'
import { front } from './front.js'

/** A form whose answer begins a session. */
function entrance(by: 'signUp' | undefined) {
  const session = useAuthStore()
  const form = reactive({ email: '', password: '' })
  const problem = ref('')
  async function submit() {
    problem.value = ''
    const credentials = front.credentials?.({ ...form }) ?? { ...form }
    try {
      const { status } = await session.signIn(credentials, by ? { by } : {})
      if (status === 'pending') problem.value = status
    } catch (error) {
      problem.value = isAuthError(error) ? `${error.code} ${error.status ?? ''}`.trim() : String(error)
    }
  }
  return { form, problem, submit }
}

const fields = `
  <input data-test="email" type="text" autocomplete="username" aria-label="E-mail" v-model="form.email">
  <input data-test="password" type="password" aria-label="Password" v-model="form.password">
  <p data-test="problem" role="alert">{{ problem }}</p>`

export const SignInPage = defineComponent({
  setup() {
    const session = useAuthStore()
    return { ...entrance(undefined), reason: computed(() => session.reason), signInPage: front.signInPage }
  },
  template: `
    <form @submit.prevent="submit">
      <h1>Sign in</h1><p data-test="reason">{{ reason }}</p>${fields}
      <button data-test="submit">Sign in</button>
      <a v-if="signInPage" data-test="server-sign-in" :href="signInPage">Sign in on the server</a>
    </form>
    <router-link data-test="to-sign-up" to="/sign-up">Sign up</router-link>`,
})

export const SignUpPage = defineComponent({
  setup: () => entrance('signUp'),
  template: `
    <form @submit.prevent="submit">
      <h1>Sign up</h1>${fields}
      <button data-test="submit">Sign up</button>
    </form>`,
})

export const HomePage = defineComponent({
  setup() {
    const session = useAuthStore()
    const user = computed(() => session.user as Shown | null)
    const answers = ref('')
    const show = (asking: () => Promise<string>) => async () => {
      answers.value = ''
      answers.value = await asking()
    }
    const refresh = show(() => session.refresh().then(String, (error) => error.code))
    return {
      ...{ user, answers, refresh, write: show(write), askTen: show(() => ask(10)) },
      role: computed(() => session.roles.join()),
      hasSessions: front.sessions !== undefined,
      idle: computed(() => session.idle !== null),
      stay: () => session.stay(),
      signOut: () => session.signOut(),
    }
  },
  template: `
    <h1 data-test="name">{{ user?.name ?? user?.email }}</h1>
    <p data-test="role">{{ role }}</p>
    <p v-if="idle" data-test="idle"><button data-test="stay" @click="stay">Stay</button></p>
    <button data-test="ask-ten" @click="askTen">Ask ten times</button>
    <button data-test="write" @click="write">Write</button>
    <button data-test="refresh" @click="refresh">Refresh</button>
    <button data-test="sign-out" @click="signOut">Sign out</button>
    <p data-test="answers">{{ answers }}</p>
    <router-link data-test="to-admin" to="/admin">Users</router-link>
    <router-link v-if="hasSessions" data-test="to-sessions" to="/sessions">Sessions</router-link>`,
})

export const AdminPage = defineComponent({
  setup() {
    const users = ref<string[]>([])
    const problem = ref('')
    listUsers().then(
      (list) => {
        users.value = list
      },
      (error: unknown) => {
        problem.value = String(error)
      },
    )
    return { users, problem }
  },
  template: `
    <h1 data-test="admin">Users</h1><p data-test="problem">{{ problem }}</p>
    <ul><li v-for="email in users" data-test="user">{{ email }}</li></ul>`,
})

export const SessionsPage = defineComponent({
  setup() {
    const sessions = ref<ListedSession[]>([])
    async function load() {
      sessions.value = await listSessions()
    }
    load().catch(() => {})
    return { sessions, end: (id: string) => endSession(id).then(load) }
  },
  template: `
    <h1>Sessions</h1>
    <ul>
      <li v-for="{ id, current } in sessions" :key="id" data-test="session">
        {{ current ? 'here' : 'elsewhere' }}
        <button v-if="!current" data-test="end-session" @click="end(id)">Sign out</button>
      </li>
    </ul>`,
})

export const ForbiddenPage = defineComponent({ template: `<h1 data-test="forbidden">Not allowed</h1>` })
export const UnavailablePage = defineComponent({ template: `<h1 data-test="unavailable">Not reachable</h1>` })
