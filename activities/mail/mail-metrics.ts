import { Gauge, type Registry } from 'prom-client';
import type { Pool } from 'pg';
import { rows } from '../../database/sql.ts';

/** What the database knows of mails, read when somebody asks: the same in every process. */
export function mailGauges(registry: Registry, pool: Pool): void {
  const registers = [registry];
  const paused = new Gauge({
    name: 'mail_paused',
    help: '1 while the relay does not take us and no mail is sent',
    registers,
    async collect() {
      const [row] = await rows<{ count: number }>(
        pool,
        `select count(*)::int as count from mail_channels where paused_at is not null`,
      );
      this.set(row?.count ?? 0);
    },
  });
  const oldest = new Gauge({
    name: 'mail_oldest_waiting_seconds',
    help: 'Age of the oldest reply mail that waits, 0 without one',
    registers,
    async collect() {
      const [row] = await rows<{ seconds: number | null }>(
        pool,
        `select extract(epoch from now() - min(created_at))::float8 as seconds from deliveries
         where channel = 'email' and state in ('pending', 'retrying', 'held')`,
      );
      this.set(row?.seconds ?? 0);
    },
  });
  void [paused, oldest];
}
