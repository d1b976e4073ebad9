<?php

use Illuminate\Config\Repository;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Auth\User as Authenticatable;
use Illuminate\Foundation\Bootstrap;
use Illuminate\Foundation\Http\Kernel;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Facade;
use Laravel\Sanctum\HasApiTokens;

class TestUser extends Authenticatable
{
    use HasApiTokens;

    public $timestamps = false;

    protected $table = 'users';
}
class_alias(TestUser::class, 'App\Models\User');

/** Laravel has its own CORS since version 9. The version in Debian is older. */
class TestCors
{
    public function handle(Request $request, Closure $next)
    {
        $response = $request->isMethod('OPTIONS') ? response('', 204) : $next($request);
        $origin = $request->headers->get('Origin');
        if (in_array($origin, [config('tokencell.public_url'), ...config('tokencell.origins')], true)) {
            $response->headers->add([
                'Access-Control-Allow-Origin' => $origin,
                'Access-Control-Allow-Credentials' => 'true',
                'Access-Control-Allow-Methods' => 'GET, POST, PUT, PATCH, DELETE',
                'Access-Control-Allow-Headers' => 'Authorization, Content-Type, X-Requested-With',
                'Access-Control-Expose-Headers' => 'Authorization, Retry-After, Date',
            ]);
        }
        $response->headers->set('Vary', 'Origin');

        return $response;
    }
}

class TestConfiguration
{
    public function bootstrap(Application $app): void
    {
        $app->instance('config', new Repository($this->all($app)));
        $app['env'] = str_starts_with(getenv('PUBLIC_URL'), 'https:') ? 'production' : 'testing';
        Facade::setFacadeApplication($app);
    }

    private function all(Application $app): array
    {
        $test = json_decode(getenv('TEST_CONFIG') ?: '{}', true);
        $tokencell = require $app['path.recipe'].'/config/tokencell.php';
        foreach (['grace' => 'grace', 'idleLifetime' => 'idle_lifetime'] as $name => $setting) {
            $tokencell[$setting] = isset($test[$name]) ? $test[$name] / 1000 : $tokencell[$setting];
        }
        if (isset($test['failures'])) {
            $tokencell['failures'] = ['per_address' => $test['failures']['perAddress'], 'per_account' => $test['failures']['perAccount'], 'seconds' => 60];
        }

        return [
            'app' => ['debug' => false, 'key' => str_repeat('k', 32), 'cipher' => 'AES-256-CBC', 'locale' => 'en', 'fallback_locale' => 'en'],
            'auth' => [
                'defaults' => ['guard' => 'web'],
                'guards' => ['web' => ['driver' => 'session', 'provider' => 'users']],
                'providers' => ['users' => ['driver' => 'eloquent', 'model' => TestUser::class]],
            ],
            'database' => ['default' => 'test', 'connections' => ['test' => $this->database()]],
            'hashing' => ['driver' => 'bcrypt', 'bcrypt' => ['rounds' => ($test['slowPasswords'] ?? false) ? 10 : 4]],
            'logging' => ['default' => 'errors', 'channels' => ['errors' => ['driver' => 'errorlog']]],
            'sanctum' => ['guard' => [], 'expiration' => null],
            'tokencell' => $tokencell,
            'view' => ['paths' => [], 'compiled' => getcwd()],
        ];
    }

    private function database(): array
    {
        $url = parse_url(getenv('DATABASE_URL'));
        $sqlite = ['driver' => 'sqlite', 'database' => $url['path'], 'prefix' => '', 'foreign_key_constraints' => true, 'options' => [PDO::ATTR_TIMEOUT => 20]];

        if ($url['scheme'] === 'file' && ! is_file($url['path'])) {
            touch($url['path']);
        }

        return $url['scheme'] === 'file' ? $sqlite : [
            'driver' => 'pgsql', 'host' => $url['host'], 'port' => $url['port'], 'username' => $url['user'],
            'database' => substr($url['path'], 1), 'charset' => 'utf8', 'prefix' => '', 'schema' => 'public',
        ];
    }
}

class TestProviders
{
    public function bootstrap(Application $app): void
    {
        foreach ([
            Illuminate\Auth\AuthServiceProvider::class,
            Illuminate\Cookie\CookieServiceProvider::class,
            Illuminate\Database\DatabaseServiceProvider::class,
            Illuminate\Encryption\EncryptionServiceProvider::class,
            Illuminate\Filesystem\FilesystemServiceProvider::class,
            Illuminate\Hashing\HashServiceProvider::class,
            Illuminate\Translation\TranslationServiceProvider::class,
            Illuminate\Validation\ValidationServiceProvider::class,
            Illuminate\View\ViewServiceProvider::class,
            Illuminate\Foundation\Providers\FoundationServiceProvider::class,
            TestGuard::class,
            App\Tokencell\TokencellServiceProvider::class,
        ] as $provider) {
            $app->register($provider);
        }
    }
}

/** Does the same as SanctumServiceProvider, without its commands and migrations, which require a newer Laravel. */
class TestGuard extends Illuminate\Support\ServiceProvider
{
    public function boot(): void
    {
        $this->app['config']->set('auth.guards.sanctum', ['driver' => 'sanctum', 'provider' => null]);
        $this->app['auth']->extend('sanctum', fn () => new Illuminate\Auth\RequestGuard(
            new Laravel\Sanctum\Guard($this->app['auth'], null, null),
            $this->app['request'],
        ));
        Illuminate\Support\Facades\Route::get('/api/v1/notes', fn (Request $request) => ['by' => $request->user()->email])
            ->middleware(App\Tokencell\RequireSession::class);
        Illuminate\Support\Facades\Route::post('/test/{name}', fn (Request $request, string $name) => [
            'result' => call_user_func([TestActions::class, $name], json_decode($request->getContent(), true)),
        ])->where('name', '[a-z]+');
    }
}

class HttpKernel extends Kernel
{
    protected $middleware = [TestCors::class];

    protected $bootstrappers = [
        TestConfiguration::class,
        Bootstrap\HandleExceptions::class,
        TestProviders::class,
        Bootstrap\BootProviders::class,
    ];
}
