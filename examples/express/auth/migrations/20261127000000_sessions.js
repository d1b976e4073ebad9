/** Adds `sessions` and `auth_failures`; adds `users`, or its column `roles`, only if they are missing. */
export async function up(db) {
  if (!(await db.schema.hasTable('users')))
    await db.schema.createTable('users', (table) => {
      table.increments('id')
      table.string('email', 254).notNullable().unique()
      table.text('password_hash').notNullable()
    })
  if (!(await db.schema.hasColumn('users', 'roles')))
    await db.schema.alterTable('users', (table) => table.text('roles').notNullable().defaultTo('["user"]'))

  const { type } = await db('users').columnInfo('id')
  await db.schema.createTable('sessions', (table) => {
    table.string('id', 36).primary()
    table.specificType('user_id', type).notNullable().index().references('users.id').onDelete('CASCADE')
    table.string('digest', 43).notNullable()
    table.string('previous_digest', 43)
    table.string('salt', 43)
    table.timestamp('created_at').notNullable()
    table.timestamp('rotated_at').notNullable()
    table.timestamp('expires_at').notNullable()
    table.timestamp('idle_expires_at').notNullable().index()
    table.timestamp('ended_at').index()
    table.string('end_reason', 32)
    table.string('user_agent', 255)
    table.string('address', 64)
  })
  // The table that rate-limiter-flexible requires.
  await db.schema.createTable('auth_failures', (table) => {
    table.string('key', 255).primary()
    table.integer('points').notNullable().defaultTo(0)
    table.bigInteger('expire').index()
  })
}

/** Does not remove `users`, because it may have existed before. */
export async function down(db) {
  await db.schema.dropTable('auth_failures')
  await db.schema.dropTable('sessions')
}
