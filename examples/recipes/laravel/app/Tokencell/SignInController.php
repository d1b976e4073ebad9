<?php

namespace App\Tokencell;

use App\Models\User;
use Illuminate\Database\QueryException;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Hash;

class SignInController
{
    public function __construct(private Sessions $sessions, private Limiter $limiter)
    {
    }

    public function signUp(Request $request): JsonResponse
    {
        $input = Input::read($request, ['email' => Input::email(), 'password' => Input::newPassword()]);
        $grant = $this->limiter->limit($request->ip(), $input['email'], fn () => $this->create($request, $input));

        return $grant ? Transport::answer($grant, 201) : throw new Refusal(409, 'email_taken');
    }

    public function signIn(Request $request): JsonResponse
    {
        $input = Input::read($request, ['email' => Input::email(), 'password' => Input::password()]);
        $grant = $this->limiter->limit($request->ip(), $input['email'], function () use ($request, $input) {
            $user = User::where('email', $input['email'])->first();
            // An unknown e-mail takes the same time. Contract, 27.
            $isRight = $user ? Hash::check($input['password'], $user->password) : ! Hash::make($input['password']);

            return $isRight ? $this->sessions->signIn($user, Transport::deviceOf($request), Transport::readToken($request)) : null;
        });

        return $grant ? Transport::answer($grant) : throw new Refusal(401, 'credentials');
    }

    public function refresh(Request $request): JsonResponse
    {
        if (Transport::readCookie($request) === '') {
            throw new Refusal(401, 'no_cookie');
        }
        $token = Transport::readToken($request);
        $result = $token ? $this->sessions->refresh($token) : ['error' => 'unknown'];
        if ($result instanceof Grant) {
            return Transport::answer($result);
        }
        $reason = isset($result['reason']) ? ['reason' => $result['reason']] : [];
        throw new Refusal(401, $result['error'], $reason);
    }

    private function create(Request $request, array $input): ?Grant
    {
        $hash = Hash::make($input['password']);
        try {
            return Sessions::transaction(function () use ($request, $input, $hash) {
                if (User::where('email', $input['email'])->exists()) {
                    return null;
                }
                $user = new User;
                $user->forceFill(['name' => $input['email'], 'email' => $input['email'], 'roles' => json_encode(['user'])]);
                // Unchanged: the cast of the model might hash it again.
                $user->setRawAttributes([...$user->getAttributes(), 'password' => $hash])->save();

                return $this->sessions->open($user, Transport::deviceOf($request), Transport::readToken($request));
            });
        } catch (QueryException $error) {
            // A concurrent request was faster: 23000 of MySQL and SQLite, 23505 of PostgreSQL.
            return in_array($error->getCode(), ['23000', '23505'], true) ? null : throw $error;
        }
    }
}
