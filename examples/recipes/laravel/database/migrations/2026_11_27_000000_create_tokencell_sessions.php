<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up(): void
    {
        if (! Schema::hasColumn('users', 'roles')) {
            Schema::table('users', fn (Blueprint $table) => $table->json('roles')->nullable());
        }
        Schema::create('tokencell_sessions', function (Blueprint $table) {
            $table->uuid('id')->primary();
            // Use another type if your users have UUIDs: foreignUuid.
            $table->foreignId('user_id')->constrained()->cascadeOnDelete();
            $table->string('digest', 43);
            $table->string('previous_digest', 43)->nullable();
            $table->string('salt', 43)->nullable();
            // With milliseconds, because it measures the grace period of a few seconds.
            $table->dateTime('created_at', 3);
            $table->dateTime('rotated_at', 3);
            $table->dateTime('expires_at', 3);
            $table->dateTime('idle_expires_at', 3)->index();
            $table->dateTime('ended_at', 3)->nullable()->index();
            $table->string('end_reason', 32)->nullable();
            $table->string('user_agent', 255);
            $table->string('address', 64);
        });
        Schema::create('tokencell_attempts', function (Blueprint $table) {
            $table->string('key', 64)->primary();
            $table->integer('count');
            $table->bigInteger('expires_at')->index();
        });
    }

    public function down(): void
    {
        Schema::dropIfExists('tokencell_attempts');
        Schema::dropIfExists('tokencell_sessions');
    }
};
