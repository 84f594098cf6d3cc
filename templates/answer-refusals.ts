import { faultWords, type Flaw } from '../domain/problems/said.ts';

/** Why an answer by mail was refused: the text of the sender's bounce. ASCII only. */
export type AnswerRefusal =
  | {
      why:
        | 'unknown'
        | 'expired'
        | 'not-listed'
        | 'not-proven'
        | 'attachment'
        | 'empty'
        | 'two-way-off'
        | 'spend-limit'
        | 'too-large';
    }
  | { why: 'text'; flaw?: Flaw };

const CODES: Record<AnswerRefusal['why'], string> = {
  unknown: '5.1.1',
  expired: '5.7.1',
  'not-listed': '5.7.1',
  'not-proven': '5.7.26',
  attachment: '5.6.1',
  empty: '5.6.0',
  'two-way-off': '5.7.1',
  'spend-limit': '5.7.1',
  'too-large': '5.3.4',
  text: '5.6.0',
};

const FR: Record<AnswerRefusal['why'], string> = {
  unknown: 'Cette adresse n’existe pas.',
  expired: 'Cette adresse de reponse a expire apres 30 jours : repondez sur la plateforme.',
  'not-listed': 'Seules les adresses qui recoivent les reponses de ce compte peuvent y repondre.',
  'not-proven': 'Rien ne prouve que ce message vient de son expediteur (SPF, DKIM).',
  attachment: 'Une piece jointe ne peut pas partir par SMS. Rien n’a ete envoye : repondez par du texte seul.',
  empty: 'Ce message ne contient aucun texte au-dessus de la citation. Rien n’a ete envoye.',
  'two-way-off': 'Ce compte n’a pas l’option SMS avec reponse. Rien n’a ete envoye.',
  'spend-limit': 'Le plafond de depenses de ce compte est atteint. Rien n’a ete envoye.',
  'too-large': 'Ce message est trop volumineux. Rien n’a ete envoye.',
  text: 'Ce texte ne peut pas partir par SMS. Rien n’a ete envoye',
};
const EN: Record<AnswerRefusal['why'], string> = {
  unknown: 'There is no such address.',
  expired: 'This address for answers has expired after 30 days: answer on the platform.',
  'not-listed': 'Only addresses that get the replies of this account may answer them.',
  'not-proven': 'Nothing proves that this mail is from its sender (SPF, DKIM).',
  attachment: 'An attachment can not go out as an SMS. Nothing was sent: answer with text only.',
  empty: 'There is no text above the quotation. Nothing was sent.',
  'two-way-off': 'This account does not have two-way SMS. Nothing was sent.',
  'spend-limit': 'The spend limit of this account is reached. Nothing was sent.',
  'too-large': 'This mail is too large. Nothing was sent.',
  text: 'This text can not go out as an SMS. Nothing was sent',
};

export function answerRefusal(refusal: AnswerRefusal, locale: 'fr' | 'en'): string {
  const words = { fr: FR, en: EN }[locale][refusal.why];
  const flaw = refusal.why === 'text' && refusal.flaw ? `: ${faultWords(refusal.flaw, locale).problem}` : '';
  return `${CODES[refusal.why]} ${words}${flaw}`
    .replaceAll('’', "'")
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\x20-\x7e]/g, ' ');
}
