<?php

namespace App\Tokencell;

use Exception;
use Illuminate\Http\JsonResponse;

/** `{ "error": code }`. Contract, 22. Laravel calls `render`, and does not report it. */
class Refusal extends Exception
{
    public function __construct(
        private readonly int $status,
        private readonly string $error,
        private readonly array $details = [],
        private readonly array $headers = [],
    ) {
        parent::__construct($error);
    }

    public function render(): JsonResponse
    {
        return new JsonResponse(['error' => $this->error, ...$this->details], $this->status, $this->headers);
    }

    public function report(): bool
    {
        return true;
    }
}
