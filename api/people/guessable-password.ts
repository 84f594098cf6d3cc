import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';

/** Of five: what is guessed in fewer than 10^8 tries by lists, keyboards, dates and repetitions is below it. */
const LEAST_SCORE = 3;

/** Loaded when somebody chooses a password: the lists are some megabytes. */
async function load() {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}
let loaded: ReturnType<typeof load> | undefined;

/** Throws for a password that is usual, or made of the person's own address. */
export async function refuseGuessable(password: string, email: string): Promise<void> {
  const estimate = await (loaded ??= load());
  const own = ['aller-retour', email, ...email.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 3)];
  const { score } = estimate.check(password, own);
  if (score < LEAST_SCORE) throw invalidRequest(fault('password', 'password-usual'));
}
