import { Migration } from '@mikro-orm/migrations';

export class ListGuesses extends Migration {
  override up(): void {
    this.addSql(`alter table "list_imports" add "guessed" jsonb null`);
  }
}
