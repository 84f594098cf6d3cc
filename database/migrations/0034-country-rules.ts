import { Migration } from '@mikro-orm/migrations';

const AWS = 'https://docs.aws.amazon.com/end-user-messaging/latest/userguide/nx-supported-countries';

/** What public documentation said of countries on the day it was looked at: whether a number to reply to can be had there. */
const SEEDS: { route: 'premium' | 'lowcost'; answer: 'yes' | 'no' | 'unknown'; source: string | null; countries: string }[] = [
  { route: 'premium', answer: 'yes', source: 'https://dev.octopush.com/en/sms-gateway-api-documentation/two-ways-sms/', countries: 'FR' },
  { route: 'lowcost', answer: 'yes', source: 'https://help.octopush.com/activer-les-two-way-sms-sms-reponse/', countries: 'FR' },
  { route: 'premium', answer: 'yes', source: 'https://www.twilio.com/en/guidelines/nl/sms', countries: 'NL' },
  { route: 'premium', answer: 'yes', source: 'https://www.twilio.com/en/guidelines/lt/sms', countries: 'LT' },
  { route: 'premium', answer: 'yes', source: `${AWS}-north-america.html`, countries: 'CA CR DO' },
  { route: 'premium', answer: 'no', source: `${AWS}-north-america.html`, countries: 'AI AG AW BS BB BZ BM KY DM SV GL' },
  { route: 'premium', answer: 'yes', source: `${AWS}-south-america.html`, countries: 'BR CL EC PE UY' },
  { route: 'premium', answer: 'no', source: `${AWS}-south-america.html`, countries: 'AR BO CO GF GY PY SR' },
  { route: 'premium', answer: 'yes', source: `${AWS}-oceania.html`, countries: 'AU CK GU NZ' },
  { route: 'premium', answer: 'no', source: `${AWS}-oceania.html`, countries: 'FJ PF MH FM NC NU NF PW' },
  { route: 'premium', answer: 'yes', source: `${AWS}-asia.html`, countries: 'CN HK IN' },
  { route: 'premium', answer: 'no', source: `${AWS}-asia.html`, countries: 'AF AM AZ BH BD BT BN KH GE' },
  { route: 'premium', answer: 'yes', source: `${AWS}-africa.html`, countries: 'CM EG' },
  { route: 'premium', answer: 'no', source: `${AWS}-africa.html`, countries: 'DZ AO BW BF BI CV CF TD KM CD DJ' },
  // Looked for, and nothing that could be named was found.
  { route: 'premium', answer: 'unknown', source: null, countries: 'BE LU CH MC ES PT IT DE AT GB IE DK SE NO FI PL MA TN SN CI GP MQ RE US' },
  { route: 'lowcost', answer: 'unknown', source: null, countries: 'BE LU CH MC ES PT IT DE AT GB IE NL MA TN SN CI GP MQ GF RE' },
];

export class CountryRules extends Migration {
  override up(): void {
    this.addSql(
      `create table "country_rules" ("country" text not null, "route" text not null, "version" int not null, "can_reply" text not null, "source" text null, "checked_at" timestamptz(3) null, "note" text null, "changed_by" text not null, "changed_at" timestamptz(3) not null, primary key ("country", "route", "version"))`,
    );
    for (const { route, answer, source, countries } of SEEDS) {
      const checked = source === null ? 'null' : `'2026-11-24T00:00:00Z'`;
      this.addSql(
        `insert into "country_rules" ("country", "route", "version", "can_reply", "source", "checked_at", "changed_by", "changed_at")
         select country, '${route}', 1, '${answer}', ${source === null ? 'null' : `'${source}'`}, ${checked}, 'first data', '2026-11-24T00:00:00Z'
         from unnest(string_to_array('${countries}', ' ')) as country`,
      );
    }
  }
}
