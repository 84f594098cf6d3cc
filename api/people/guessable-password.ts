import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';

/** zxcvbn's 0 to 4; below 3 a password falls within 10^8 guesses. */
const LEAST_SCORE = 3;

/** Loaded on first use: megabytes of lists. */
async function load() {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}
let loaded: ReturnType<typeof load> | undefined;

/** Throws for a common password, or one made of the person's address. */
export async function refuseGuessable(password: string, email: string): Promise<void> {
  const estimate = await (loaded ??= load());
  const own = ['aller-retour', email, ...email.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 3)];
  const { score } = estimate.check(password, own);
  if (score < LEAST_SCORE) throw invalidRequest(fault('password', 'password-usual'));
}
