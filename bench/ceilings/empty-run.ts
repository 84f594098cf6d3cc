import { proxyActivities } from '@temporalio/workflow';

type Steps = { file(id: string): Promise<string>; post(id: string): Promise<void> };
const { file, post } = proxyActivities<Steps>({ startToCloseTimeout: '30 seconds' });

export async function emptyRun(id: string): Promise<void> {
  await post(await file(id));
}
