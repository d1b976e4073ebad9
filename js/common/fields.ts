/** The default paths of the values in the body of a token response. See also {@link CAMEL_CASE}. */
export const FIELDS = {
  accessToken: 'access_token',
  expiresIn: 'expires_in',
  refreshToken: 'refresh_token',
  reason: 'reason',
  endsAt: '',
  // No body has this place. An empty path would be the whole body.
  challenge: '.',
  user: 'user',
}

/** The name of the access token in many APIs in JavaScript. It is read if the token is not at its default path. */
export const CAMEL_CASE = 'accessToken'
