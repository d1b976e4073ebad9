/** Where things are in the body of a token response, unless an application says otherwise. */
export const FIELDS = {
  accessToken: 'access_token',
  expiresIn: 'expires_in',
  refreshToken: 'refresh_token',
  reason: 'reason',
  user: 'user',
}
