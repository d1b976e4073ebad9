<?php

namespace App\Tokencell;

/** A session, and the refresh token for its cookie. */
final class Grant
{
    public function __construct(public readonly Session $session, public readonly RefreshToken $token)
    {
    }
}
