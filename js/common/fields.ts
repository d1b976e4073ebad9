/** The default paths of the values in the body of a token response. */
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
