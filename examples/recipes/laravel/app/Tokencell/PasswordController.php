<?php

namespace App\Tokencell;

use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\Hash;

class PasswordController
{
    public function update(Request $request, Sessions $sessions, Limiter $limiter): Response
    {
        $input = Input::read($request, ['current_password' => Input::password(), 'password' => Input::newPassword()]);
        $user = $request->user();
        $session = $request->attributes->get('session');
        $isChanged = $limiter->limit($request->ip(), $user->email, fn () => Hash::check($input['current_password'], $user->password)
            && $sessions->changePassword($session, $user, Hash::make($input['password'])));

        // Not 401: the session has not ended, and a client would refresh it.
        return $isChanged
            ? new Response('', 204)
            : throw new Refusal(422, 'invalid', ['fields' => ['current_password' => ['is wrong']]]);
    }
}
