<?php

namespace App\Tokencell;

use Closure;
use Illuminate\Support\Facades\DB;

/** Limits on guessing. The counts are in the database, so all processes share them. Contract, 26. */
class Limiter
{
    /**
     * Counts a failure before `$attempt` compares a password, and removes it if the attempt succeeds.
     *
     * @param Closure $attempt returns null or false if it fails
     * @throws Refusal 429
     */
    public function limit(?string $address, string $account, Closure $attempt): mixed
    {
        $network = self::networkOf($address ?? 'unknown');
        ['per_address' => $perAddress, 'per_account' => $perAccount] = config('tokencell.failures');
        $keys = [hash('sha256', "account\n$network\n$account") => $perAccount, hash('sha256', "address\n$network") => $perAddress];
        foreach ($keys as $key => $limit) {
            $wait = $this->add($key, $limit);
            if ($wait > 0) {
                throw new Refusal(429, 'too_many_attempts', [], ['Retry-After' => (string) $wait]);
            }
        }
        $result = $attempt();
        if ($result) {
            DB::table('tokencell_attempts')->whereIn('key', array_keys($keys))->decrement('count');
        }

        return $result;
    }

    /** The number of seconds to wait; 0 if the attempt is allowed. */
    private function add(string $key, int $limit): int
    {
        return Sessions::transaction(function () use ($key, $limit) {
            $now = now()->getTimestamp();
            $end = $now + config('tokencell.failures.seconds');
            DB::table('tokencell_attempts')->insertOrIgnore(['key' => $key, 'count' => 0, 'expires_at' => $end]);
            $row = DB::table('tokencell_attempts')->where('key', $key)->lockForUpdate()->first();
            $isOver = $row->expires_at <= $now;
            $count = $isOver ? 1 : $row->count + 1;
            $end = $isOver ? $end : $row->expires_at;
            DB::table('tokencell_attempts')->where('key', $key)->update(['count' => $count, 'expires_at' => $end]);

            return $count > $limit ? max(1, $end - $now) : 0;
        });
    }

    /** The first half of an IPv6 address: one customer has 2^64 addresses, which differ in the second half. */
    public static function networkOf(string $address): string
    {
        $bytes = filter_var($address, FILTER_VALIDATE_IP) ? inet_pton($address) : '';
        if (strlen($bytes) !== 16) {
            return $address;
        }
        $isMapped = str_starts_with($bytes, str_repeat("\0", 10)."\xff\xff");

        return $isMapped ? inet_ntop(substr($bytes, 12)) : bin2hex(substr($bytes, 0, 8));
    }
}
