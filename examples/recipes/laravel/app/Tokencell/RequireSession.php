<?php

namespace App\Tokencell;

use Closure;
use Illuminate\Http\Request;

/**
 * Replaces `auth:sanctum`, which redirects a request without `Accept: application/json` to a page. The session is
 * `$request->attributes->get('session')`. Contract, 2.
 */
class RequireSession
{
    public function handle(Request $request, Closure $next): mixed
    {
        Input::requireTls($request);
        auth()->shouldUse('sanctum');
        $user = auth('sanctum')->user();
        $session = $user ? AccessToken::sessionOf($user->currentAccessToken()) : null;
        if (! $session) {
            throw AccessToken::unauthorized($request);
        }
        $request->attributes->set('session', $session);
        $response = $next($request);
        $response->headers->set('Cache-Control', 'no-store');

        return $response;
    }
}
