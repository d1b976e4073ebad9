import { create } from '/out/supertokens.js'

window.client = create()
window.signedIn = client.signIn()
