<?php

namespace App\Tokencell;

use App\Models\User;
use Illuminate\Database\Eloquent\Builder;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsTo;

/** One sign-in on one device. Contract, 1. */
class Session extends Model
{
    public const UPDATED_AT = null;

    public $incrementing = false;

    protected $table = 'tokencell_sessions';

    protected $keyType = 'string';

    protected $guarded = [];

    // Otherwise Laravel drops the fraction.
    protected $dateFormat = 'Y-m-d H:i:s.v';

    protected $casts = [
        'created_at' => 'datetime',
        'rotated_at' => 'datetime',
        'expires_at' => 'datetime',
        'idle_expires_at' => 'datetime',
        'ended_at' => 'datetime',
    ];

    public function user(): BelongsTo
    {
        return $this->belongsTo(User::class);
    }

    public function isAlive(): bool
    {
        return $this->ended_at === null && $this->idle_expires_at->isFuture();
    }

    public function scopeAlive(Builder $query): void
    {
        $query->whereNull('ended_at')->where('idle_expires_at', '>', (new self)->fromDateTime(now()));
    }

    /** One statement, which waits for the lock of a refresh. Returns the number of ended sessions. */
    public function scopeEnd(Builder $query, string $reason): int
    {
        $ended_at = (new self)->fromDateTime(now());

        return $query->whereNull('ended_at')->toBase()->update(['ended_at' => $ended_at, 'end_reason' => $reason]);
    }
}
