<?php

namespace App\Tokencell;

use Illuminate\Http\Request;
use Illuminate\Http\Response;

class SessionsController
{
    public function me(Request $request): array
    {
        return ['user' => Transport::toUser($request->user())];
    }

    public function index(Request $request): array
    {
        $current = $request->attributes->get('session');
        $rows = Session::query()->alive()->where('user_id', $request->user()->getKey())->orderByDesc('created_at')->get();

        return ['sessions' => $rows->map(fn (Session $row) => [
            'id' => $row->id,
            'current' => $row->id === $current->id,
            'created_at' => $row->created_at->toISOString(),
            'last_refresh_at' => $row->rotated_at->toISOString(),
            'user_agent' => $row->user_agent,
            'address' => $row->address,
        ])];
    }

    public function destroyAll(Request $request, Sessions $sessions): Response
    {
        $sessions->endAll($request->user(), 'signed_out_everywhere');

        return Transport::signedOut();
    }

    public function destroy(Request $request, string $id): Response
    {
        $ended = Session::query()->where('id', $id)->where('user_id', $request->user()->getKey())->end('signed_out');

        return $ended ? new Response('', 204) : throw new Refusal(404, 'not_found');
    }
}
