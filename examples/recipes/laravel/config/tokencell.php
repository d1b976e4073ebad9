<?php

return [
    // The URL at which browsers reach this API, and the origins of pages that use it from other origins.
    'public_url' => env('APP_URL'),
    'origins' => array_values(array_filter(explode(',', env('TOKENCELL_ORIGINS', '')))),

    // `id:base64,id:base64`: the first key creates refresh tokens, all keys verify. Contract, 28.
    'refresh_keys' => env('REFRESH_TOKEN_KEYS', ''),
    'same_site' => env('TOKENCELL_SAME_SITE', 'lax'),

    // In seconds.
    'access_lifetime' => 15 * 60,
    'session_lifetime' => 30 * 86400,
    'idle_lifetime' => 14 * 86400,
    'grace' => 10,
    'keep_ended' => 7 * 86400,

    // Failures that are allowed within the period. Contract, 26.
    'failures' => ['per_address' => 20, 'per_account' => 5, 'seconds' => 60],
];
