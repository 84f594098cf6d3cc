const REFERENCES = 65_536;

/**
 * user_message_reference has 16 bits and our ids 128: this remembers what each of the last 65,536 references stood for.
 * A receipt is believed only if it comes from the phone the message went to, so that a reference used again misleads nobody.
 * It is memory only: after a restart a receipt is matched by its id, or by numbers and time.
 */
export type UserReferences = {
  issue(message: { id: string; to: string }): number;
  find(reference: number, phone: string): string | null;
};

export function createUserReferences(): UserReferences {
  const issued = new Map<number, { id: string; digits: string }>();
  let last = Math.floor(Math.random() * REFERENCES);
  return {
    issue({ id, to }) {
      last = (last + 1) % REFERENCES;
      issued.set(last, { id, digits: digitsOf(to) });
      return last;
    },
    find(reference, phone) {
      const message = issued.get(reference);
      return message && message.digits === digitsOf(phone) ? message.id : null;
    },
  };
}

const digitsOf = (phone: string): string => phone.replace(/^(\+|00)/, '');
