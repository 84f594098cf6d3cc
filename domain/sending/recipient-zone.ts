/** Zones that a number may be in. */
export type RecipientClock = { zones: readonly string[]; french: boolean };

const clock = (...zones: string[]): RecipientClock => ({ zones, french: false });
const french = (zone: string): RecipientClock => ({ zones: [zone], french: true });

/** By longest prefix. Mayotte shares Réunion's code. */
const CLOCKS: Record<string, RecipientClock> = {
  33: french('Europe/Paris'),
  590: french('America/Guadeloupe'),
  594: french('America/Cayenne'),
  596: french('America/Martinique'),
  262: french('Indian/Reunion'),
  262269: french('Indian/Mayotte'),
  262639: french('Indian/Mayotte'),
  508: french('America/Miquelon'),
  681: french('Pacific/Wallis'),
  687: french('Pacific/Noumea'),
  689: french('Pacific/Tahiti'),
  1: clock('America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu'),
  7: clock('Europe/Kaliningrad', 'Asia/Kamchatka'),
  20: clock('Africa/Cairo'),
  27: clock('Africa/Johannesburg'),
  30: clock('Europe/Athens'),
  31: clock('Europe/Amsterdam'),
  32: clock('Europe/Brussels'),
  34: clock('Europe/Madrid', 'Atlantic/Canary'),
  351: clock('Europe/Lisbon', 'Atlantic/Azores'),
  352: clock('Europe/Luxembourg'),
  353: clock('Europe/Dublin'),
  354: clock('Atlantic/Reykjavik'),
  358: clock('Europe/Helsinki'),
  36: clock('Europe/Budapest'),
  370: clock('Europe/Vilnius'),
  371: clock('Europe/Riga'),
  372: clock('Europe/Tallinn'),
  377: clock('Europe/Monaco'),
  380: clock('Europe/Kyiv'),
  385: clock('Europe/Zagreb'),
  386: clock('Europe/Ljubljana'),
  39: clock('Europe/Rome'),
  40: clock('Europe/Bucharest'),
  41: clock('Europe/Zurich'),
  420: clock('Europe/Prague'),
  421: clock('Europe/Bratislava'),
  43: clock('Europe/Vienna'),
  44: clock('Europe/London'),
  45: clock('Europe/Copenhagen'),
  46: clock('Europe/Stockholm'),
  47: clock('Europe/Oslo'),
  48: clock('Europe/Warsaw'),
  49: clock('Europe/Berlin'),
  52: clock('America/Mexico_City', 'America/Tijuana'),
  55: clock('America/Sao_Paulo', 'America/Rio_Branco'),
  61: clock('Australia/Sydney', 'Australia/Perth'),
  64: clock('Pacific/Auckland'),
  81: clock('Asia/Tokyo'),
  82: clock('Asia/Seoul'),
  86: clock('Asia/Shanghai'),
  90: clock('Europe/Istanbul'),
  91: clock('Asia/Kolkata'),
  212: clock('Africa/Casablanca'),
  213: clock('Africa/Algiers'),
  216: clock('Africa/Tunis'),
  221: clock('Africa/Dakar'),
  225: clock('Africa/Abidjan'),
  237: clock('Africa/Douala'),
  971: clock('Asia/Dubai'),
  972: clock('Asia/Jerusalem'),
};
const LONGEST = 6;

/** A number's zones; unlisted countries count as mainland France. */
export function clockOf(phone: string): RecipientClock {
  for (let length = LONGEST; length > 0; length--) {
    const found = CLOCKS[phone.slice(1, 1 + length)];
    if (found) return found;
  }
  return clock('Europe/Paris');
}
