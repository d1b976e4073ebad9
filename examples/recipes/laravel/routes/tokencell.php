<?php

use App\Tokencell\AdminController;
use App\Tokencell\PasswordController;
use App\Tokencell\RefuseForged;
use App\Tokencell\RequireRole;
use App\Tokencell\RequireSession;
use App\Tokencell\SessionsController;
use App\Tokencell\SignInController;
use App\Tokencell\SignOutController;
use Illuminate\Support\Facades\Route;

Route::middleware(RefuseForged::class)->group(function () {
    Route::post('/signup', [SignInController::class, 'signUp']);
    Route::post('/login', [SignInController::class, 'signIn']);
    Route::post('/refresh', [SignInController::class, 'refresh']);
    Route::match(['post', 'delete'], '/logout', [SignOutController::class, 'signOut']);
});

Route::middleware(RequireSession::class)->group(function () {
    Route::get('/me', [SessionsController::class, 'me']);
    Route::get('/sessions', [SessionsController::class, 'index']);
    Route::delete('/sessions', [SessionsController::class, 'destroyAll']);
    Route::delete('/sessions/{id}', [SessionsController::class, 'destroy'])->where('id', '[0-9a-f-]{36}');
    Route::post('/password', [PasswordController::class, 'update']);

    Route::middleware(RequireRole::class.':admin')->where(['id' => '[0-9]{1,18}'])->group(function () {
        Route::delete('/admin/users/{id}/sessions', [AdminController::class, 'endSessions']);
        Route::put('/admin/users/{id}/roles', [AdminController::class, 'setRoles']);
    });
});
