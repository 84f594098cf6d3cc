import { isFrench } from '../france.ts';

/** The default; `XXXXX` becomes a number. */
export const STOP_MENTION = 'STOP au XXXXX';
/** When the number is not known yet. */
const BY_REPLY = 'STOP par retour de SMS';

/** Alerts, single messages and answers are exempt. */
export const carriesMention = (purpose: 'marketing' | 'transactional', country: string): boolean =>
  purpose === 'marketing' && isFrench(country);

// Not "non-stop" or "autostop".
const STOP = String.raw`(?<![\p{L}\p{N}-])STOP(?:SMS|PUB)?`;
const GLUE = String.raw`(?:[\s:=>"«»“”'’()–-]|(?:sms|pub|au|to|at|par|via|le|num[ée]ro|n°)(?!\p{L}))*`;
const CODE = String.raw`X{5}(?!X)`;
/** A short code or phone number, not a year, price or hour. */
const DIGITS = String.raw`(?<!\d)(?:[3-8]\d{4}|\+?\d(?:[ .]?\d){8,14})(?!\d)`;
const VERB = String.raw`(?<!\p{L})(?:r[ée]p(?:on[a-zé]*|\.)?|envo(?:yez|yer|ie)|tape[zr]|[ée]cri(?:vez|re|s)|reply|send|text|txt)`;

const TO_A_CODE = new RegExp(`${STOP}${GLUE}${CODE}`, 'giu');
const TO_A_NUMBER = new RegExp(`${STOP}${GLUE}(${DIGITS})`, 'iu');
const OTHER_FORMS = [
  new RegExp(`${STOP}${GLUE}${CODE}`, 'iu'),
  TO_A_NUMBER,
  // Répondez STOP, rép. STOP, envoyez « STOP » par SMS, reply with STOP
  new RegExp(String.raw`${VERB}(?:\s+(?:par|avec|nous|sms|with|le\s+mot))*[\s:]*["«“'’]?\s*${STOP}(?![\p{L}\p{N}])`, 'iu'),
  // STOP par retour, STOP en réponse, STOP pour ne plus recevoir, STOP to unsubscribe
  new RegExp(
    String.raw`${STOP}["»”'’]?\s+(?:(?:par|en)\s+(?:retour|r[ée]ponse|sms)|pour\s+(?:ne\s+plus|(?:vous|te|se)\s+d[ée]s|arr[êe]ter)|to\s+(?:opt|unsub|end|stop))`,
    'iu',
  ),
  // Pour ne plus recevoir nos offres : STOP; désinscription: STOP
  new RegExp(
    String.raw`(?:d[ée]sabo|d[ée]sinscri|ne\s+plus\s+(?:en\s+)?recevoir|opt[- ]?out|unsubscribe)[^.!?\n]{0,40}?${STOP}(?![\p{L}\p{N}])`,
    'iu',
  ),
];

/** Whether a text says how to stop, in usual French or English forms. */
export const hasStopMention = (text: string): boolean => /stop/i.test(text) && OTHER_FORMS.some((form) => form.test(text));

/** The number for STOP as written, or null. */
export const stopNumberIn = (text: string): string | null => TO_A_NUMBER.exec(text)?.[1]?.replaceAll(/[ .]/g, '') ?? null;

/** A remaining `XXXXX` asks for replies. */
export const withoutStopCodes = (text: string): string => text.replaceAll(TO_A_CODE, '');

/**
 * One message's mention. `code`: number for STOP; `placeholder`: for a number not known yet. Null where the words need a number
 * and there is none.
 */
export function stopWords(form: string, code: string | null, placeholder: string): string | null {
  if (!form.includes('XXXXX')) return form;
  if (code === null) return null;
  return code === placeholder ? BY_REPLY : form.replaceAll('XXXXX', code);
}

export const withMention = (text: string, words: string): string => `${text}${/\s$/u.test(text) ? '' : ' '}${words}`;
