<?php

namespace App\Tokencell;

use RuntimeException;

/** `<session id>.<secret>.<mark>`. Contract, 6 and 7. */
final class RefreshToken
{
    private function __construct(
        public readonly string $sessionId,
        public readonly string $secret,
        public readonly string $text,
    ) {
    }

    public static function first(string $sessionId): self
    {
        return self::write(self::keys()[0], $sessionId, self::createSalt());
    }

    /** Null unless it was created with one of the keys. A cookie may contain any bytes. */
    public static function read(string $text): ?self
    {
        if (! preg_match('/\A([0-9a-f-]{36})\.([\w-]{43})\.([\w-]{43})\z/', $text, $parts)) {
            return null;
        }
        [, $sessionId, $secret, $mark] = $parts;
        foreach (self::keys() as $key) {
            if (hash_equals(self::mark($key, $sessionId, $secret), $mark)) {
                return new self($sessionId, $secret, $text);
            }
        }

        return null;
    }

    public function next(string $salt): self
    {
        return $this->follow(self::keys()[0], $salt);
    }

    /** The token that replaced this one, created with any of the keys. */
    public function successor(string $salt, string $digest): ?self
    {
        foreach (self::keys() as $key) {
            $next = $this->follow($key, $salt);
            if (hash_equals($digest, $next->digest())) {
                return $next;
            }
        }

        return null;
    }

    /** The digest, which the database contains. */
    public function digest(): string
    {
        return self::toText(hash('sha256', $this->secret, true));
    }

    public static function createSalt(): string
    {
        return self::toText(random_bytes(32));
    }

    /** @return list<string> @throws RuntimeException if a key is missing or too short */
    public static function keys(): array
    {
        return array_map(function (string $entry) {
            $key = base64_decode(explode(':', trim($entry), 2)[1] ?? '', true);
            if ($key === false || strlen($key) < 32) {
                throw new RuntimeException('REFRESH_TOKEN_KEYS must be id:key,…, each key 32 bytes or more in base64');
            }

            return $key;
        }, explode(',', config('tokencell.refresh_keys')));
    }

    private function follow(string $key, string $salt): self
    {
        return self::write($key, $this->sessionId, self::hmac($key, 'next', $salt, $this->secret));
    }

    private static function write(string $key, string $sessionId, string $secret): self
    {
        return new self($sessionId, $secret, "$sessionId.$secret.".self::mark($key, $sessionId, $secret));
    }

    private static function mark(string $key, string $sessionId, string $secret): string
    {
        return self::hmac($key, 'mark', $sessionId, $secret);
    }

    private static function hmac(string $key, string ...$parts): string
    {
        return self::toText(hash_hmac('sha256', implode('.', $parts), $key, true));
    }

    private static function toText(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
