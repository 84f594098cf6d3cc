import { useLocale } from '../i18n/locale.tsx';
import { SETTING_WORDS } from './setting-labels.ts';
import { Check, Choice, Field } from '../ui/components.tsx';

/** One setting of a carrier's schema. `json`: a nested value, typed as JSON. */
export type SettingField = {
  name: string;
  kind: 'text' | 'number' | 'boolean' | 'choice' | 'json';
  choices: string[];
  required: boolean;
  secret: boolean;
  standard: string;
};
/** Values by field; a missing one is untouched. */
export type Typed = Record<string, string>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const written = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function kindOf(schema: Record<string, unknown>): SettingField['kind'] {
  if (Array.isArray(schema['enum'])) return 'choice';
  switch (schema['type']) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
  }
}

/** The fields of a JSON Schema, required ones first. */
export function fieldsOf(schema: Record<string, unknown> | undefined): SettingField[] {
  const properties = schema?.['properties'];
  const required = schema?.['required'];
  if (!isRecord(properties)) return [];
  const fields = Object.entries(properties).flatMap(([name, each]): SettingField[] => {
    if (!isRecord(each)) return [];
    return [
      {
        name,
        kind: kindOf(each),
        choices: Array.isArray(each['enum']) ? each['enum'].map(String) : [],
        required: Array.isArray(required) && required.includes(name),
        secret: each['secret'] === true,
        standard: written(each['default']),
      },
    ];
  });
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

export const typedFrom = (fields: SettingField[], settings: Record<string, unknown>): Typed =>
  Object.fromEntries(fields.filter(({ secret }) => !secret).map(({ name }) => [name, written(settings[name])]));

function valueOf(kind: SettingField['kind'], text: string): unknown {
  if (kind === 'text' || kind === 'choice') return text;
  try {
    return JSON.parse(text);
  } catch {
    // The API names the error.
    return text;
  }
}

/** Values to send. Empty fields are left out: secrets and defaults stay. */
export const settingsFrom = (fields: SettingField[], typed: Typed): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap(({ name, kind }) => {
      const text = typed[name] ?? '';
      return text === '' ? [] : [[name, valueOf(kind, text)]];
    }),
  );

type Props = {
  fields: SettingField[];
  typed: Typed;
  change: (typed: Typed) => void;
  secretsSet: string[];
  /** Facts not confirmed by documentation or library. */
  unverified: string[];
};

/** A form made from a carrier's schema; settings without a label show their own name. */
export function CarrierForm({ fields, unverified, ...rest }: Props) {
  const { say } = useLocale();
  const optional = fields.filter(({ required }) => !required);
  const one = (field: SettingField) => <OneSetting key={field.name} field={field} {...rest} />;
  return (
    <>
      <div className="fields">{fields.filter(({ required }) => required).map(one)}</div>
      {unverified.length > 0 ? (
        <section>
          <h3>{say('unverified')}</h3>
          <ul>
            {unverified.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {optional.length > 0 ? (
        <details className="more">
          <summary>{say('otherSettings')}</summary>
          <div className="fields">{optional.map(one)}</div>
        </details>
      ) : null}
    </>
  );
}

/** Label, help and default of a setting. */
function useSettingWords(field: SettingField, kept: boolean) {
  const { say, locale } = useLocale();
  const words = SETTING_WORDS[field.name];
  const named = words?.label[locale] ?? field.name;
  const standard = field.standard === '' ? '' : say('standardIs', { value: field.standard });
  const secret = field.secret ? say(kept ? 'secretKept' : 'secretSealed') : standard;
  return {
    label: field.required ? `${named} *` : named,
    hint: [words?.help?.[locale], secret].filter(Boolean).join(' '),
    none: standard || say('notSet'),
  };
}

function OneSetting({ field, typed, change, secretsSet }: Omit<Props, 'fields' | 'unverified'> & { field: SettingField }) {
  const { label, hint, none } = useSettingWords(field, secretsSet.includes(field.name));
  const value = typed[field.name] ?? '';
  const set = (next: string): void => change({ ...typed, [field.name]: next });
  switch (field.kind) {
    case 'boolean':
      return (
        <Check label={label} value={(value === '' ? field.standard : value) === 'true'} onChange={(on) => set(String(on))} />
      );
    case 'choice': {
      const options = [{ value: '', label: none }, ...field.choices.map((choice) => ({ value: choice, label: choice }))];
      return <Choice label={label} value={value} onChange={set} options={options} />;
    }
    case 'text':
    case 'number':
    case 'json':
      return (
        <Field
          label={label}
          hint={hint}
          value={value}
          onChange={set}
          type={field.secret ? 'password' : 'text'}
          autoComplete="off"
          {...(field.kind === 'json' ? { rows: 2 } : {})}
        />
      );
    default:
      return field.kind satisfies never;
  }
}
