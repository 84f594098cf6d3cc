import type { Fault } from './errors.ts';

type Said = Omit<Fault, 'row'>;

const FIELDS: Record<string, string> = { to: 'numéro', reference: 'référence', text: 'message', recipients: 'destinataire' };
const NUMBER = 'Écrivez le numéro sous sa forme internationale, comme +33612345678';
const AS_TEXT = 'Écrivez la valeur comme un texte';

/** What a planner says of a row, and the same in French. `field`: where it says so of this one alone. */
const KNOWN: {
  problem: RegExp;
  field?: string;
  french: (found: RegExpExecArray, field: string) => [problem: string, remedy: string];
}[] = [
  { field: 'to', problem: /^is (?:empty|missing)$/, french: () => ['est vide', NUMBER] },
  { field: 'to', problem: /^is a number$/, french: () => ['est un nombre', NUMBER] },
  { problem: /^contains characters that no phone number has$/, french: () => ['contient autre chose que des chiffres', NUMBER] },
  { problem: /^has no country to be read in$/, french: () => ['n’a pas d’indicatif', NUMBER] },
  { problem: /^is no phone number that exists$/, french: () => ['n’est pas un numéro qui existe', NUMBER] },
  { problem: /^is empty$/, french: () => ['est vide', 'Écrivez un texte'] },
  { problem: /^is missing$/, french: (_, field) => ['manque', `Donnez à cette ligne une valeur pour {{${field}}}`] },
  { problem: /^is too large a number$/, french: () => ['est un nombre trop grand', AS_TEXT] },
  { problem: /^is neither text nor a number$/, french: () => ['n’est ni un texte ni un nombre', AS_TEXT] },
  { problem: /^is not an object$/, french: () => ['n’est pas un objet', 'Envoyez {"to": "+33612345678", …}'] },
  {
    field: 'reference',
    problem: /^is not accepted$/,
    french: () => ['n’est pas acceptée', '255 caractères au plus, sans caractère invisible'],
  },
  {
    problem: /^contains a control character$/,
    french: () => ['contient un caractère invisible', 'Retirez-le, ou mettez une espace à sa place'],
  },
  { problem: /^contains half of a surrogate pair$/, french: () => ['contient un caractère abîmé', 'Retirez-le'] },
  {
    problem: /^takes (\d+) segments in \S+(, its mention of STOP counted)?$/,
    french: ([, n, stop]) => [
      `prend ${n} SMS${stop === undefined ? '' : ', mention STOP comprise'}`,
      'Raccourcissez le message ou les valeurs de cette ligne : 8 SMS au plus',
    ],
  },
  {
    problem: /^could not reply: there is no number to reply to for ([A-Z]{2})$/,
    french: ([, country]) => [
      `ne pourrait pas répondre : il n’y a pas de numéro de réponse pour ${country}`,
      'Louez un numéro de ce pays, retirez la ligne, ou acceptez que ces destinataires ne puissent pas répondre',
    ],
  },
  {
    problem: /^names a number for STOP by XXXXX, and there is none for ([A-Z]{2})$/,
    french: ([, country]) => [
      `nomme un numéro pour STOP par XXXXX, et il n’y en a pas pour ${country}`,
      'Écrivez un vrai numéro',
    ],
  },
];

/** The same in French; as it stands where it is none that a planner says of a row. */
export function faultInFrench({ field, problem, remedy }: Said): Said & { known: boolean } {
  const named = FIELDS[field] ?? field;
  for (const each of KNOWN) {
    const found = each.field === undefined || each.field === field ? each.problem.exec(problem) : null;
    if (!found) continue;
    const [said, todo] = each.french(found, field);
    return { field: named, problem: said, remedy: todo, known: true };
  }
  return { field: named, problem, remedy, known: false };
}
