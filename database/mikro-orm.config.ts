import { Migrator } from '@mikro-orm/migrations';
import { ormConfig } from './orm.ts';

/** For MikroORM's command line (`npx mikro-orm migration:create`, `migration:check`), on DATABASE_URL. */
// oxlint-disable-next-line node/no-process-env -- the command line has no other way in; the product reads config.ts
export default {
  ...ormConfig(process.env['DATABASE_URL'] ?? 'postgres://localhost/aller_retour'),
  extensions: [Migrator],
};
