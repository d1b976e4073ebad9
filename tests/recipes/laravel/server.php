<?php

/**
 * The recipe with Debian's Laravel and the clone of Sanctum that TOKENCELL_SANCTUM names, as a router for `php -S`. It does
 * not change its working directory. A real application needs more: see README.md of the recipe.
 */

use Illuminate\Foundation\Application;
use Illuminate\Http\Request;
use Illuminate\Support\Carbon;

$recipe = dirname(__DIR__, 3).'/examples/recipes/laravel';
$sanctum = getenv('TOKENCELL_SANCTUM');

require 'Illuminate/autoload.php';
spl_autoload_register(function (string $class) use ($recipe, $sanctum) {
    foreach (['App\\Tokencell\\' => "$recipe/app/Tokencell", 'Laravel\\Sanctum\\' => "$sanctum/src"] as $prefix => $folder) {
        $file = $folder.'/'.str_replace('\\', '/', substr($class, strlen($prefix))).'.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require $file;
        }
    }
});
require __DIR__.'/application.php';
require __DIR__.'/actions.php';

putenv('APP_URL='.getenv('PUBLIC_URL'));
putenv('TOKENCELL_ORIGINS='.getenv('ORIGINS'));
if (is_file('clock')) {
    Carbon::setTestNow(Carbon::now()->addMilliseconds((int) file_get_contents('clock')));
}

$app = new Application($recipe);
$app->useStoragePath(getcwd());
$app->singleton(Illuminate\Contracts\Http\Kernel::class, HttpKernel::class);
$app->singleton(Illuminate\Contracts\Console\Kernel::class, Illuminate\Foundation\Console\Kernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
$app->instance('path.recipe', $recipe);
$app->instance('path.sanctum', $sanctum);

if (getenv('TRUST_PROXY') === 'loopback') {
    Request::setTrustedProxies(['127.0.0.1', '::1'], Request::HEADER_X_FORWARDED_FOR | Request::HEADER_X_FORWARDED_PROTO);
}
$kernel = $app->make(Illuminate\Contracts\Http\Kernel::class);
$request = Request::capture();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
