/** Where the clocks of a number may be: several zones where a country has several and the number does not tell which. */
export type Place = { zones: readonly string[]; french: boolean };

const place = (...zones: string[]): Place => ({ zones, french: false });
const french = (zone: string): Place => ({ zones: [zone], french: true });

/** By the longest prefix of the number. The overseas departments have codes of their own; Mayotte shares Réunion's. */
const PLACES: Record<string, Place> = {
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
  1: place('America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu'),
  7: place('Europe/Kaliningrad', 'Asia/Kamchatka'),
  20: place('Africa/Cairo'),
  27: place('Africa/Johannesburg'),
  30: place('Europe/Athens'),
  31: place('Europe/Amsterdam'),
  32: place('Europe/Brussels'),
  34: place('Europe/Madrid', 'Atlantic/Canary'),
  351: place('Europe/Lisbon', 'Atlantic/Azores'),
  352: place('Europe/Luxembourg'),
  353: place('Europe/Dublin'),
  354: place('Atlantic/Reykjavik'),
  358: place('Europe/Helsinki'),
  36: place('Europe/Budapest'),
  370: place('Europe/Vilnius'),
  371: place('Europe/Riga'),
  372: place('Europe/Tallinn'),
  377: place('Europe/Monaco'),
  380: place('Europe/Kyiv'),
  385: place('Europe/Zagreb'),
  386: place('Europe/Ljubljana'),
  39: place('Europe/Rome'),
  40: place('Europe/Bucharest'),
  41: place('Europe/Zurich'),
  420: place('Europe/Prague'),
  421: place('Europe/Bratislava'),
  43: place('Europe/Vienna'),
  44: place('Europe/London'),
  45: place('Europe/Copenhagen'),
  46: place('Europe/Stockholm'),
  47: place('Europe/Oslo'),
  48: place('Europe/Warsaw'),
  49: place('Europe/Berlin'),
  52: place('America/Mexico_City', 'America/Tijuana'),
  55: place('America/Sao_Paulo', 'America/Rio_Branco'),
  61: place('Australia/Sydney', 'Australia/Perth'),
  64: place('Pacific/Auckland'),
  81: place('Asia/Tokyo'),
  82: place('Asia/Seoul'),
  86: place('Asia/Shanghai'),
  90: place('Europe/Istanbul'),
  91: place('Asia/Kolkata'),
  212: place('Africa/Casablanca'),
  213: place('Africa/Algiers'),
  216: place('Africa/Tunis'),
  221: place('Africa/Dakar'),
  225: place('Africa/Abidjan'),
  237: place('Africa/Douala'),
  971: place('Asia/Dubai'),
  972: place('Asia/Jerusalem'),
};
const LONGEST = 6;

/** Where a number's clocks are; a country that is not listed is read as mainland France's time. */
export function placeOf(phone: string): Place {
  for (let length = LONGEST; length > 0; length--) {
    const found = PLACES[phone.slice(1, 1 + length)];
    if (found) return found;
  }
  return place('Europe/Paris');
}
