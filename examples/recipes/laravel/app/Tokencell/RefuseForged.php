<?php

namespace App\Tokencell;

use Closure;
use Illuminate\Http\Request;

/** For routes that read the cookie. Contract, 25. */
class RefuseForged
{
    public function handle(Request $request, Closure $next): mixed
    {
        Input::requireTls($request);
        $origin = $request->headers->get('Origin');
        $allowed = [config('tokencell.public_url'), ...config('tokencell.origins')];
        if ($origin !== null && ! in_array($origin, $allowed, true)) {
            throw new Refusal(403, 'origin');
        }
        if (! $request->headers->get('X-Requested-With')) {
            throw new Refusal(403, 'csrf');
        }

        return $next($request);
    }
}
