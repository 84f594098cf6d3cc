export { deliverReplies } from './deliver-replies.ts';
export { recoverEndpoint } from './recover-endpoint.ts';
export { retryCallbacks } from './retry-callbacks.ts';
export { retryEmails } from './retry-emails.ts';
export { sendCampaign } from './send-campaign.ts';
export { sendMessages } from './send-messages.ts';
export { sweep } from './sweep.ts';
export { syncLowcost } from './sync-lowcost.ts';
