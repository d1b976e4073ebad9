<?php

namespace App\Tokencell;

use App\Models\User;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Symfony\Component\HttpFoundation\Cookie;

/** How tokens are sent: the refresh token in a cookie, the access token in the body. Contract, 12 and 23. */
class Transport
{
    public static function answer(Grant $grant, int $status = 200): JsonResponse
    {
        $body = [...AccessToken::issue($grant->session), 'user' => self::toUser($grant->session->user)];
        $response = new JsonResponse($body, $status);
        $life = $grant->session->idle_expires_at->getTimestamp() - now()->getTimestamp();
        $response->headers->setCookie(self::cookie($grant->token->text, time() + $life));

        return $response;
    }

    public static function signedOut(): Response
    {
        $response = new Response('', 204);
        $response->headers->setCookie(self::cookie('', 1));

        return $response;
    }

    /** Without EncryptCookies, which routes of `api` do not have. */
    public static function readCookie(Request $request): string
    {
        $value = $request->cookies->all()[self::cookieName()] ?? '';

        return is_string($value) ? $value : '';
    }

    public static function readToken(Request $request): ?RefreshToken
    {
        return RefreshToken::read(self::readCookie($request));
    }

    /** The part of a user that the client gets. Add your own columns here. */
    public static function toUser(User $user): array
    {
        return ['id' => (string) $user->getKey(), 'email' => $user->email, 'roles' => self::rolesOf($user)];
    }

    /** @return list<string> */
    public static function rolesOf(User $user): array
    {
        $roles = $user->roles;

        return is_string($roles) ? json_decode($roles, true) : ($roles ?? []);
    }

    /** Headers may contain any bytes; a database accepts text only. */
    public static function deviceOf(Request $request): array
    {
        $agent = mb_scrub((string) $request->headers->get('User-Agent'), 'UTF-8');

        return ['user_agent' => mb_substr(str_replace("\0", '', $agent), 0, 255), 'address' => substr((string) $request->ip(), 0, 64)];
    }

    private static function isSecure(): bool
    {
        return str_starts_with(config('tokencell.public_url'), 'https:');
    }

    private static function cookieName(): string
    {
        // Browsers accept a cookie with this prefix only from exactly this host and over TLS.
        return self::isSecure() ? '__Host-refresh_token' : 'refresh_token';
    }

    private static function cookie(string $value, int $expiry): Cookie
    {
        return Cookie::create(self::cookieName(), $value, $expiry, '/', null, self::isSecure(), true, true, config('tokencell.same_site'));
    }
}
