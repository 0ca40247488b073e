// An OpenID Provider that nobody here wrote (oidc-provider), for tests: it signs in
// whoever GET /as/<account> named last, without asking, and says how on its first line.
//
//   node scripts/independent-provider.mjs <client id> <client secret> <redirect address>…
import console from 'node:console'
import { createServer } from 'node:http'
import process from 'node:process'
import { Provider } from 'oidc-provider'

const [id, secret, ...redirects] = process.argv.slice(2)
const accounts = {
  ours: { email: 'viewer@ours.example', email_verified: true, name: 'Viewer' },
  stranger: { email: 'stranger@elsewhere.example', email_verified: true, name: 'Stranger' },
  unverified: { email: 'viewer@ours.example', email_verified: false, name: 'Unverified' },
  grave: { email: 'admin@ours.example', email_verified: true, name: 'Grave' },
}
let account = 'ours'
let amr = ['pwd']

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: id, client_secret: secret, redirect_uris: redirects, response_types: ['code'], grant_types: ['authorization_code'] }],
    claims: { openid: ['sub', 'acr', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['of a test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
  })
  const handle = provider.callback()
  server.on('request', async (request, answer) => {
    const as = /^\/as\/(\w+)\/?([\w,]*)$/.exec(request.url)
    if (as) {
      account = as[1]
      amr = as[2] ? as[2].split(',') : ['pwd']
      answer.end()
    } else if (request.url.startsWith('/interaction/')) {
      const { params } = await provider.interactionDetails(request, answer)
      const grant = new provider.Grant({ accountId: account, clientId: params.client_id })
      grant.addOIDCScope(params.scope)
      await provider.interactionFinished(request, answer, { login: { accountId: account, amr, remember: false }, consent: { grantId: await grant.save() } })
    } else {
      handle(request, answer)
    }
  })
  console.log(issuer)
})
