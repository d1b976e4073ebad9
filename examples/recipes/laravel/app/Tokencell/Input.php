<?php

namespace App\Tokencell;

use Illuminate\Http\Request;
use Illuminate\Support\Facades\Validator;

/** The checks of a request before a controller runs. */
class Input
{
    private const MAX_BODY = 16 * 1024;

    /** Reads the JSON body, never the query. @throws Refusal 400, 413 or 422 */
    public static function read(Request $request, array $rules): array
    {
        if (strlen($request->getContent()) > self::MAX_BODY) {
            throw new Refusal(413, 'bad_request');
        }
        if (! $request->isJson()) {
            throw new Refusal(415, 'bad_request');
        }
        $body = json_decode($request->getContent(), true, 64);
        if (json_last_error() !== JSON_ERROR_NONE) {
            throw new Refusal(400, 'bad_request');
        }
        $body = is_array($body) ? $body : [];
        if (is_string($body['email'] ?? null)) {
            $body['email'] = mb_strtolower(trim($body['email'], " \t\n"));
        }
        $validator = Validator::make($body, $rules);
        if ($validator->fails()) {
            throw new Refusal(422, 'invalid', ['fields' => $validator->errors()->toArray()]);
        }

        return array_intersect_key($body, $rules);
    }

    public static function email(): array
    {
        return ['required', 'string', 'max:254', 'not_regex:/[\x00-\x20]/', 'email'];
    }

    /** bcrypt fails on a zero byte. */
    public static function password(): array
    {
        return ['required', 'string', 'max:1024', 'not_regex:/\x00/'];
    }

    /** bcrypt uses the first 72 bytes only. */
    public static function newPassword(): array
    {
        return ['required', 'string', 'min:12', 'not_regex:/\x00/', function ($field, $value, $fail) {
            if (is_string($value) && strlen($value) > 72) {
                $fail('has more than 72 bytes');
            }
        }];
    }

    /** Behind a proxy that terminates TLS, the middleware TrustProxies must list this proxy. */
    public static function requireTls(Request $request): void
    {
        if (str_starts_with(config('tokencell.public_url'), 'https:') && ! $request->isSecure()) {
            throw new Refusal(403, 'https_required');
        }
    }
}
