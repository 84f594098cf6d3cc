import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

export class AllerRetourApi implements ICredentialType {
  name = 'allerRetourApi';
  displayName = 'Aller-Retour API';
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-aller-retour';
  properties: INodeProperties[] = [
    { displayName: 'Address', name: 'url', type: 'string', default: '', placeholder: 'https://sms.example.com', required: true },
    { displayName: 'API Key', name: 'key', type: 'string', typeOptions: { password: true }, default: '', required: true },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { authorization: '=Bearer {{$credentials.key}}' } },
  };
  test: ICredentialTestRequest = { request: { baseURL: '={{$credentials.url}}', url: '/v1/account' } };
}
