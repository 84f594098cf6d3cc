/** The words of reply mails, in each language. */
export const emailWords = {
  fr: {
    subject: (from: string) => `Conversation SMS avec ${from}`,
    title: (from: string, count: number) => (count === 1 ? `Réponse de ${from}` : `${count} réponses de ${from}`),
    received: 'Reçue le',
    campaign: 'Campagne',
    open: 'Ouvrir la conversation',
    optOut: 'Cette personne ne veut plus recevoir vos SMS : son numéro est sur votre liste de désinscription.',
    partial: 'Une partie de ce message n’est pas encore arrivée.',
    footer: 'Vous recevez ce message parce que votre compte envoie les réponses aux SMS à cette adresse.',
    answer: 'Répondez à cet e-mail, par du texte seul : votre réponse partira par SMS.',
    unsubscribe: 'Ne plus recevoir ces e-mails',
  },
  en: {
    subject: (from: string) => `SMS conversation with ${from}`,
    title: (from: string, count: number) => (count === 1 ? `Reply from ${from}` : `${count} replies from ${from}`),
    received: 'Received on',
    campaign: 'Campaign',
    open: 'Open the conversation',
    optOut: 'This person no longer wants your SMS: the number is on your opt-out list.',
    partial: 'A part of this message has not arrived yet.',
    footer: 'You receive this message because your account sends replies to its SMS to this address.',
    answer: 'Answer this e-mail, with text only: your answer goes out as an SMS.',
    unsubscribe: 'Stop these e-mails',
  },
} as const;
