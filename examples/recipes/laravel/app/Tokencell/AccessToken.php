<?php

namespace App\Tokencell;

use Illuminate\Http\Request;
use Laravel\Sanctum\Contracts\HasAbilities;
use Laravel\Sanctum\PersonalAccessToken;
use Laravel\Sanctum\Sanctum;

/** A token of Sanctum whose name contains the id of its session. Tokens with other names are not changed. Contract, 2 and 18. */
class AccessToken
{
    private const PREFIX = 'session:';

    /** @return array{access_token: string, token_type: string, expires_in: int} */
    public static function issue(Session $session): array
    {
        // No access token outlives its session.
        $end = now()->addSeconds(config('tokencell.access_lifetime'));
        $end = $end->lt($session->expires_at) ? $end : $session->expires_at;
        $token = $session->user->createToken(self::PREFIX.$session->id, ['*'], $end);

        return [
            'access_token' => $token->plainTextToken,
            'token_type' => 'Bearer',
            'expires_in' => (int) ($end->getTimestamp() - now()->getTimestamp()),
        ];
    }

    /** The session of a token if it has not ended; null for tokens with other names. */
    public static function sessionOf(?HasAbilities $token): ?Session
    {
        $id = $token instanceof PersonalAccessToken ? self::sessionId($token) : null;
        $session = $id === null ? null : Session::find($id);

        return $session?->isAlive() ? $session : null;
    }

    /** The session id of a genuine bearer. For a sign-out, the bearer may have expired: Sanctum checks the expiry later. */
    public static function sessionIdOfBearer(Request $request): ?string
    {
        $text = self::read($request);
        $token = $text === '' ? null : Sanctum::$personalAccessTokenModel::findToken($text);

        return $token ? self::sessionId($token) : null;
    }

    /** The token that Sanctum looks up. An id that is too large for the column would be a database error, so it is ignored. */
    public static function read(Request $request): string
    {
        $header = (string) $request->headers->get('Authorization');

        return preg_match('/\ABearer +(\d{1,18}\|\w+) *\z/i', $header, $parts) ? $parts[1] : '';
    }

    public static function unauthorized(Request $request): Refusal
    {
        $wasSent = $request->headers->has('Authorization');
        $challenge = $wasSent ? 'Bearer error="invalid_token"' : 'Bearer';

        return new Refusal(401, $wasSent ? 'invalid_token' : 'unauthorized', [], ['WWW-Authenticate' => $challenge]);
    }

    /** Sanctum calls this for each genuine token. */
    public static function accepts(PersonalAccessToken $token, bool $isValid): bool
    {
        return $isValid && (self::sessionId($token) === null || self::sessionOf($token) !== null);
    }

    private static function sessionId(PersonalAccessToken $token): ?string
    {
        return str_starts_with($token->name, self::PREFIX) ? substr($token->name, strlen(self::PREFIX)) : null;
    }
}
