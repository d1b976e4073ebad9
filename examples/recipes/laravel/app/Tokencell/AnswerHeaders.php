<?php

namespace App\Tokencell;

use Closure;
use Illuminate\Http\Request;

/** For all routes of this folder: answers are about one person, and browsers are told to use TLS. */
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
