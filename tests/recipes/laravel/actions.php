<?php

use App\Tokencell\AdminController;
use App\Tokencell\Sessions;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Schema;

/** The actions of the tests, in addition to the routes of the recipe. */
class TestActions
{
    public static function reset(): void
    {
        file_put_contents('clock', '0');
        foreach (['tokencell_sessions', 'tokencell_attempts', 'personal_access_tokens', 'users'] as $table) {
            Schema::dropIfExists($table);
        }
        Schema::create('users', function (Blueprint $table) {
            $table->id();
            $table->string('name');
            $table->string('email')->unique();
            $table->string('password');
        });
        (require glob(app('path.sanctum').'/database/migrations/*.php')[0])->up();
        (require glob(app('path.recipe').'/database/migrations/*.php')[0])->up();
    }

    public static function clock(array $body): void
    {
        file_put_contents('clock', (string) $body['ahead']);
    }

    public static function roles(array $body): void
    {
        AdminController::change(TestUser::where('email', $body['email'])->first(), $body['roles']);
    }

    public static function clean(): int
    {
        return app(Sessions::class)->cleanUp();
    }

    public static function rows(array $body): array
    {
        $table = ['sessions' => 'tokencell_sessions', 'users' => 'users', 'auth_failures' => 'tokencell_attempts'][$body['table']];
        $rows = DB::table($table)->get()->all();

        return $table === 'users' ? [...$rows, ...DB::table('personal_access_tokens')->get()->all()] : $rows;
    }

    public static function cpu(): float
    {
        $usage = getrusage();

        return $usage['ru_utime.tv_sec'] + $usage['ru_utime.tv_usec'] / 1e6;
    }
}
