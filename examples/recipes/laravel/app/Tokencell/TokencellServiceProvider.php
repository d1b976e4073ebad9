<?php

namespace App\Tokencell;

use Illuminate\Support\Facades\Artisan;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\ServiceProvider;
use Laravel\Sanctum\Sanctum;
use RuntimeException;

class TokencellServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        // `composer install` runs artisan, possibly before the environment exists.
        if (! $this->app->runningInConsole()) {
            $this->check();
        }
        Sanctum::getAccessTokenFromRequestUsing([AccessToken::class, 'read']);
        Sanctum::authenticateAccessTokensUsing([AccessToken::class, 'accepts']);
        if (! $this->app->routesAreCached()) {
            Route::prefix('api/v1')->middleware(AnswerHeaders::class)->group(base_path('routes/tokencell.php'));
        }
        if ($this->app->runningInConsole()) {
            Artisan::command('tokencell:clean-up', function (Sessions $sessions) {
                $this->info($sessions->cleanUp().' sessions deleted');
            });
        }
    }

    /** Contract, 28 and 30: without keys, and in production without TLS, every request fails. */
    private function check(): void
    {
        RefreshToken::keys();
        foreach ([config('tokencell.public_url'), ...config('tokencell.origins')] as $origin) {
            if (! preg_match('#\Ahttps?://[^/?\#\s]+\z#', (string) $origin)) {
                throw new RuntimeException('APP_URL and TOKENCELL_ORIGINS must be origins, without a path');
            }
        }
        $isSecure = str_starts_with(config('tokencell.public_url'), 'https:');
        if (! $isSecure && ($this->app->environment('production') || config('tokencell.same_site') === 'none')) {
            throw new RuntimeException('APP_URL must begin with https:// in production, and for TOKENCELL_SAME_SITE=none');
        }
    }
}
