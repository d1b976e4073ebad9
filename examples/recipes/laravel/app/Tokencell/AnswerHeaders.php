<?php

namespace App\Tokencell;

use Closure;
use Illuminate\Http\Request;

/** For all routes of this folder: no cache may store the responses, which belong to one user, and browsers must use TLS. */
class AnswerHeaders
{
    public function handle(Request $request, Closure $next): mixed
    {
        $response = $next($request);
        $response->headers->set('Cache-Control', 'no-store');
        if ($request->isSecure()) {
            $response->headers->set('Strict-Transport-Security', 'max-age=31536000');
        }

        return $response;
    }
}
