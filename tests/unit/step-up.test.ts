import { expect, test } from 'vitest'
import { stepUpEvent } from '../../js/common/step-up.js'

const report = (challenge?: string) => {
  const headers = new Headers(challenge === undefined ? {} : { 'WWW-Authenticate': challenge })
  const event = stepUpEvent('https://api.test/pay?amount=7#x', new Response(null, { status: 401, headers }))
  return event ? [event] : []
}

test('a challenge of RFC 9470 is reported with what the API asks for, and without the query', () => {
  const challenge =
    'Bearer error="insufficient_user_authentication", error_description="x", acr_values="urn:mfa silver", max_age="300"'
  expect(report(challenge)).toEqual([
    { type: 'step-up-required', url: 'https://api.test/pay', acrValues: 'urn:mfa silver', maxAge: 300 },
  ])
})

test('parameters may be missing or without quotes', () => {
  expect(report('Bearer error=insufficient_user_authentication, max_age=0')).toMatchObject([
    { acrValues: null, maxAge: 0 },
  ])
  expect(report('Bearer error="insufficient_user_authentication"')).toMatchObject([
    { acrValues: null, maxAge: null },
  ])
})

test('other responses are not reported', () => {
  expect([report(), report('Bearer error="invalid_token"')]).toEqual([[], []])
})
