import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

/** Sends one message, by n8n's declarative routing. */
export class AllerRetour implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Aller-Retour',
    name: 'allerRetour',
    icon: 'file:allerRetour.svg',
    group: ['output'],
    version: 1,
    subtitle: '={{$parameter["operation"]}}',
    description: 'Send an SMS that can be replied to',
    defaults: { name: 'Aller-Retour' },
    inputs: ['main'],
    outputs: ['main'],
    usableAsTool: true,
    credentials: [{ name: 'allerRetourApi', required: true }],
    requestDefaults: { baseURL: '={{$credentials.url}}' },
    properties: [
      {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        default: 'send',
        options: [
          {
            name: 'Send',
            value: 'send',
            action: 'Send a message',
            description: 'Send one message, now or later',
            routing: {
              request: {
                method: 'POST',
                url: '/v1/messages',
                headers: { 'idempotency-key': '={{ $execution.id + "." + $runIndex + "." + $itemIndex }}' },
              },
            },
          },
        ],
      },
      {
        displayName: 'To',
        name: 'to',
        type: 'string',
        required: true,
        default: '',
        placeholder: '+33612345678',
        description: 'A phone number, with its country',
        routing: { send: { type: 'body', property: 'to' } },
      },
      {
        displayName: 'Text',
        name: 'text',
        type: 'string',
        typeOptions: { rows: 4 },
        required: true,
        default: '',
        routing: { send: { type: 'body', property: 'text' } },
      },
      {
        displayName: 'Route',
        name: 'route',
        type: 'options',
        default: 'premium',
        options: [
          { name: 'Lowcost', value: 'lowcost', description: 'From a phone number; replies come the next morning' },
          { name: 'Premium', value: 'premium', description: 'From a short code or a sender; replies come at once' },
        ],
        routing: { send: { type: 'body', property: 'route' } },
      },
      {
        displayName: 'With Replies',
        name: 'withReplies',
        type: 'boolean',
        default: true,
        description: 'Whether the recipient can reply: it is then sent from a short code',
        displayOptions: { show: { route: ['premium'] } },
        routing: { send: { type: 'body', property: 'withReplies' } },
      },
      {
        displayName: 'Additional Fields',
        name: 'additionalFields',
        type: 'collection',
        placeholder: 'Add Field',
        default: {},
        options: [
          {
            displayName: 'Reference',
            name: 'reference',
            type: 'string',
            default: '',
            description: 'Your own, echoed with the reply',
            routing: { send: { type: 'body', property: 'reference' } },
          },
          {
            displayName: 'Send At',
            name: 'sendAt',
            type: 'dateTime',
            default: '',
            routing: { send: { type: 'body', property: 'sendAt', value: '={{ new Date($value).toISOString() }}' } },
          },
          {
            displayName: 'Sender',
            name: 'sender',
            type: 'string',
            default: '',
            placeholder: 'Boutique',
            description: '3 to 11 letters and digits, or a number that the account rents',
            routing: { send: { type: 'body', property: 'sender' } },
          },
        ],
      },
    ],
  };
}
