<?php

namespace App\Tokencell;

use App\Models\User;
use Closure;
use Illuminate\Support\Carbon;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Str;
use Laravel\Sanctum\Sanctum;

/**
 * The changes to the rows of sessions in transactions. A change of a session locks its row. Opening a session, or ending
 * all, locks the row of the user first: user, then sessions. A refusal is returned, because raising would roll back the
 * end of a session. Contract, 7 to 9 and 13 to 16.
 */
class Sessions
{
    /** Null if the password has changed since it was compared. */
    public function signIn(User $user, array $device, ?RefreshToken $replaces): ?Grant
    {
        return self::transaction(function () use ($user, $device, $replaces) {
            $current = $this->lockUser($user->getKey());

            return $current && $current->password === $user->password ? $this->open($current, $device, $replaces) : null;
        });
    }

    /** @return Grant|array{error: string, reason?: ?string} */
    public function refresh(RefreshToken $token): Grant|array
    {
        return self::transaction(function () use ($token) {
            $session = $this->lockSession($token->sessionId);
            if (! $session) {
                return ['error' => 'unknown'];
            }
            if ($session->ended_at) {
                return ['error' => 'revoked', 'reason' => $session->end_reason];
            }

            return $session->isAlive() ? $this->rotate($session, $token) : ['error' => 'expired'];
        });
    }

    public function endAll(User $user, string $reason): void
    {
        self::transaction(function () use ($user, $reason) {
            $this->lockUser($user->getKey());
            Session::query()->alive()->where('user_id', $user->getKey())->end($reason);
        });
    }

    /** Ends all other sessions. False if the password has changed since it was compared, or the session has ended. */
    public function changePassword(Session $session, User $user, string $hash): bool
    {
        return self::transaction(function () use ($session, $user, $hash) {
            $current = $this->lockUser($user->getKey());
            $isAlive = (bool) $this->lockSession($session->id)?->isAlive();
            if (! $isAlive || $current?->password !== $user->password) {
                return false;
            }
            // Not by the model, because its cast might hash it again.
            DB::table($user->getTable())->where('id', $user->getKey())->update(['password' => $hash]);
            Session::query()->alive()->where('user_id', $user->getKey())->where('id', '!=', $session->id)->end('password_changed');

            return true;
        });
    }

    /** Deletes sessions that ended a week ago or earlier. Contract, 5. Returns their number. */
    public function cleanUp(): int
    {
        $past = (new Session)->fromDateTime(now()->subSeconds(config('tokencell.keep_ended')));
        DB::table('tokencell_attempts')->where('expires_at', '<', now()->getTimestamp())->delete();
        Sanctum::$personalAccessTokenModel::where('name', 'like', 'session:%')->where('expires_at', '<', now()->subDay())->delete();

        return Session::query()->where('ended_at', '<', $past)->orWhere('idle_expires_at', '<', $past)->toBase()->delete();
    }

    public static function transaction(Closure $work): mixed
    {
        return DB::transaction(function () use ($work) {
            // SQLite has no row locks: this takes its write lock before the first read.
            if (DB::getDriverName() === 'sqlite') {
                DB::table('tokencell_sessions')->whereRaw('1 = 0')->update(['salt' => null]);
            }

            return $work();
        });
    }

    /** Call it in a transaction that has locked or created the row of the user. */
    public function open(User $user, array $device, ?RefreshToken $replaces): Grant
    {
        if ($replaces) {
            Session::query()->where('id', $replaces->sessionId)->end('replaced');
        }
        $token = RefreshToken::first((string) Str::uuid());
        $end = now()->addSeconds(config('tokencell.session_lifetime'));
        $session = new Session(['id' => $token->sessionId, 'user_id' => $user->getKey(), 'digest' => $token->digest(), ...$device]);
        $session->forceFill(['created_at' => now(), 'rotated_at' => now(), 'expires_at' => $end, 'idle_expires_at' => $this->idleLimit($end)]);
        $session->save();

        return new Grant($session->setRelation('user', $user), $token);
    }

    private function rotate(Session $session, RefreshToken $token): Grant|array
    {
        if (hash_equals($session->digest, $token->digest())) {
            return $this->replaceToken($session, $token);
        }
        $isInGrace = $session->previous_digest === $token->digest()
            && $session->rotated_at->gt(now()->subSeconds(config('tokencell.grace')));
        if ($isInGrace && $next = $token->successor($session->salt, $session->digest)) {
            return new Grant($session, $next);
        }
        Session::query()->where('id', $session->id)->end('reuse');

        return ['error' => 'reuse'];
    }

    private function replaceToken(Session $session, RefreshToken $token): Grant
    {
        $salt = RefreshToken::createSalt();
        $next = $token->next($salt);
        $session->forceFill([
            'digest' => $next->digest(),
            'previous_digest' => $session->digest,
            'salt' => $salt,
            'rotated_at' => now(),
            'idle_expires_at' => $this->idleLimit($session->expires_at),
        ])->save();

        return new Grant($session, $next);
    }

    private function idleLimit(Carbon|\DateTimeInterface $end): Carbon|\DateTimeInterface
    {
        $idle = now()->addSeconds(config('tokencell.idle_lifetime'));

        return $idle->lt($end) ? $idle : $end;
    }

    private function lockUser(int|string $id): ?User
    {
        return User::query()->lockForUpdate()->find($id);
    }

    private function lockSession(string $id): ?Session
    {
        return Session::query()->lockForUpdate()->find($id);
    }
}
