/** Our public webhook address for a carrier; null if unknown. */
export const webhookUrl = (publicUrl: string | null | undefined, carrierId: string): string | null =>
  publicUrl ? `${publicUrl.replace(/\/+$/, '')}/webhooks/${carrierId}` : null;
