/** Starts and signals for API and carriers, called after the commit. Failed starts are logged and left to the sweep. */
export type Runs = {
  sendCampaign(campaignId: string): void;
  importRecipients(importId: string, accountId: string): void;
  previewList(previewId: string, accountId: string): void;
  /** Makes a campaign's run read its row again: paused, resumed or cancelled. */
  campaignChanged(campaignId: string): void;
  /** Batches messages without campaign into runs. */
  sendMessages(messageIds: string[]): void;
  /** Batches stored, released replies into runs. */
  deliverReplies(replyIds: string[]): void;
  /** Sends owed callbacks outside reply pages. */
  retryCallbacks(): void;
  /** Sends owed mails outside reply pages. */
  retryEmails(): void;
  /** Tends an endpoint in trouble, stopped or restarted. */
  recoverEndpoint(endpointId: string): void;
  replayDeliveries(replayId: string, accountId: string): void;
  /** Creates a gateway's nightly schedule if missing. */
  scheduleSync(carrierId: string): Promise<void>;
  /** Syncs a gateway now, or after the running sync. */
  syncNow(carrierId: string): Promise<void>;
  pollResults(carrierId: string): void;
  reachable(): Promise<boolean>;
};
