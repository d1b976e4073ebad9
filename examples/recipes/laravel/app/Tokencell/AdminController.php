<?php

namespace App\Tokencell;

use App\Models\User;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\DB;

/** For administrators: users with the role `admin`. */
class AdminController
{
    public function endSessions(string $id, Sessions $sessions): Response
    {
        $sessions->endAll($this->find($id), 'ended_by_admin');

        return new Response('', 204);
    }

    public function setRoles(Request $request, string $id): array
    {
        $rules = ['roles' => ['present', 'array', 'max:20'], 'roles.*' => ['string', 'regex:/\A[\w-]{1,32}\z/']];
        $roles = array_values(Input::read($request, $rules)['roles']);
        $user = $this->find($id);
        if (! self::change($user, $roles)) {
            throw new Refusal(409, 'last_admin');
        }

        return ['user' => [...Transport::toUser($user), 'roles' => $roles]];
    }

    /** False if no administrator would be left. */
    public static function change(User $user, array $roles): bool
    {
        return Sessions::transaction(function () use ($user, $roles) {
            // Compared as text, which works in all databases.
            $text = DB::getDriverName() === 'mysql' ? 'cast(roles as char)' : 'cast(roles as text)';
            $rows = User::query()->whereRaw("$text like ?", ['%"admin"%'])->orderBy('id')->lockForUpdate()->get();
            $admins = $rows->filter(fn (User $each) => in_array('admin', Transport::rolesOf($each), true))->modelKeys();
            if ($admins === [$user->getKey()] && ! in_array('admin', $roles, true)) {
                return false;
            }
            DB::table($user->getTable())->where('id', $user->getKey())->update(['roles' => json_encode($roles)]);

            return true;
        });
    }

    private function find(string $id): User
    {
        return User::find($id) ?? throw new Refusal(404, 'not_found');
    }
}
