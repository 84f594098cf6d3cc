/** Where a carrier reaches us; null where nobody said by which address. */
export const webhookUrl = (publicUrl: string | null | undefined, carrierId: string): string | null =>
  publicUrl ? `${publicUrl.replace(/\/+$/, '')}/webhooks/${carrierId}` : null;
