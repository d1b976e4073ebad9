<?php

namespace App\Tokencell;

use Illuminate\Http\Request;
use Illuminate\Http\Response;

class SignOutController
{
    /** Ends the sessions of the bearer and of the cookie, also if these are two. Contract, 17 to 19. */
    public function signOut(Request $request): Response
    {
        $named = array_filter([AccessToken::sessionIdOfBearer($request), Transport::readToken($request)?->sessionId]);
        if (! $named) {
            throw AccessToken::unauthorized($request);
        }
        foreach ($named as $id) {
            Session::query()->where('id', $id)->end('signed_out');
        }

        return Transport::signedOut();
    }
}
