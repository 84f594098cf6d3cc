/** The starts and signals that the API and the carriers may ask for. Every call comes after the commit: a start that fails is logged, and the sweep's. */
export type Runs = {
  /** Starts the run of a launched campaign. */
  sendCampaign(campaignId: string): void;
  /** Has the rows of a list looked at. */
  importRecipients(importId: string, accountId: string): void;
  /** Has the whole of a list previewed. */
  previewList(previewId: string, accountId: string): void;
  /** Tells a campaign's run to look at its row again: paused, resumed or cancelled. */
  campaignChanged(campaignId: string): void;
  /** Gathers messages that belong to no campaign into runs. */
  sendMessages(messageIds: string[]): void;
  /** Gathers replies that are stored and released into runs. */
  deliverReplies(replyIds: string[]): void;
  /** Has callbacks made that are owed and belong to no page. */
  retryCallbacks(): void;
  /** Has mails sent that are owed and belong to no page. */
  retryEmails(): void;
  /** Has an endpoint looked after that is in trouble, was stopped, or is wanted again. */
  recoverEndpoint(endpointId: string): void;
  /** Sends deliveries again, as a replay asks. */
  replayDeliveries(replayId: string, accountId: string): void;
  /** Makes sure that a gateway's nightly schedule exists. */
  scheduleSync(carrierId: string): Promise<void>;
  /** Starts a gateway's sync now; never beside one that is under way. */
  syncNow(carrierId: string): Promise<void>;
  /** Has a gateway asked what became of its messages. */
  pollResults(carrierId: string): void;
  /** Whether Temporal answers. */
  reachable(): Promise<boolean>;
};
