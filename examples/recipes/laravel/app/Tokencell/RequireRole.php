<?php

namespace App\Tokencell;

use Closure;
use Illuminate\Http\Request;

/** After RequireSession: `RequireRole::class.':admin'`. */
class RequireRole
{
    public function handle(Request $request, Closure $next, string $role): mixed
    {
        if (! in_array($role, Transport::rolesOf($request->user()), true)) {
            throw new Refusal(403, 'forbidden');
        }

        return $next($request);
    }
}
