import { createHmac, timingSafeEqual } from 'node:crypto';
import type {
  IDataObject,
  IHookFunctions,
  INodeType,
  INodeTypeDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow';

const TOLERANCE_S = 300;

async function call(
  context: IHookFunctions,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: IDataObject,
): Promise<IDataObject> {
  const { url } = await context.getCredentials('allerRetourApi');
  return (await context.helpers.httpRequestWithAuthentication.call(context, 'allerRetourApi', {
    method,
    url: `${String(url).replace(/\/$/, '')}/v1${path}`,
    json: true,
    ...(body ? { body } : {}),
  })) as IDataObject;
}

/** Whether a callback was signed with the secret in the last five minutes (Standard Webhooks). */
export function isSigned(headers: IDataObject, body: string, secret: string): boolean {
  const [id, at, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name] ?? ''),
  );
  if (!at || Math.abs(Date.now() / 1000 - Number(at)) > TOLERANCE_S) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest();
  return (signatures ?? '').split(' ').some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ''), 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

/** Starts a workflow for each reply. Activating it creates a callback endpoint, deactivating it deletes it. */
export class AllerRetourTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Aller-Retour Trigger',
    name: 'allerRetourTrigger',
    icon: 'file:allerRetour.svg',
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when a reply is received',
    defaults: { name: 'Aller-Retour Trigger' },
    inputs: [],
    outputs: ['main'],
    credentials: [{ name: 'allerRetourApi', required: true }],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
    properties: [
      {
        displayName: 'Events',
        name: 'events',
        type: 'multiOptions',
        required: true,
        default: ['reply.received'],
        options: [
          { name: 'Contact Opted Out', value: 'contact.opted-out' },
          { name: 'Message Delivered', value: 'message.delivered' },
          { name: 'Message Undelivered', value: 'message.undelivered' },
          { name: 'Reply Received', value: 'reply.received' },
        ],
      },
    ],
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        const { endpointId } = this.getWorkflowStaticData('node');
        if (!endpointId) return false;
        return call(this, 'GET', `/callback-endpoints/${String(endpointId)}`).then(
          () => true,
          () => false,
        );
      },
      async create(this: IHookFunctions): Promise<boolean> {
        const url = this.getNodeWebhookUrl('default') ?? '';
        const types = this.getNodeParameter('events') as string[];
        const made = await call(this, 'POST', '/callback-endpoints', { url, types, description: 'n8n' });
        Object.assign(this.getWorkflowStaticData('node'), { endpointId: made.id ?? made.endpoint, secret: made.secret });
        return true;
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        const kept = this.getWorkflowStaticData('node');
        if (kept.endpointId) await call(this, 'DELETE', `/callback-endpoints/${String(kept.endpointId)}`);
        delete kept.endpointId;
        delete kept.secret;
        return true;
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const { secret } = this.getWorkflowStaticData('node');
    const { rawBody } = this.getRequestObject();
    if (!rawBody || !isSigned(this.getHeaderData() as IDataObject, rawBody.toString(), String(secret))) {
      this.getResponseObject().status(401).end();
      return { noWebhookResponse: true };
    }
    return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
  }
}
