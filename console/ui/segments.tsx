import { Label, Radio, RadioGroup, Text } from 'react-aria-components';

type Props<V extends string> = {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string; hint?: string }[];
};

const chooser =
  <V extends string>({ options, onChange }: Pick<Props<V>, 'options' | 'onChange'>) =>
  (next: string): void => {
    const chosen = options.find((option) => option.value === next);
    if (chosen) onChange(chosen.value);
  };

/** A choice with all options visible. */
export const Segments = <V extends string>({ label, value, ...choice }: Props<V>) => (
  <RadioGroup className="segments" value={value} onChange={chooser(choice)}>
    <Label>{label}</Label>
    <div>
      {choice.options.map((option) => (
        <Radio key={option.value} value={option.value}>
          {option.label}
        </Radio>
      ))}
    </div>
  </RadioGroup>
);

/** The same as radio buttons, with room for hints. */
export const Radios = <V extends string>({ label, value, hint, ...choice }: Props<V> & { hint?: string }) => (
  <RadioGroup className="choices" value={value} onChange={chooser(choice)}>
    <Label>{label}</Label>
    {choice.options.map((option) => (
      <Radio key={option.value} value={option.value} className={option.hint === undefined ? '' : 'choice'}>
        <span className="dot" aria-hidden="true" />
        <span>
          {option.label}
          {option.hint === undefined ? null : <span className="hint">{option.hint}</span>}
        </span>
      </Radio>
    ))}
    {hint === undefined ? null : <Text slot="description">{hint}</Text>}
  </RadioGroup>
);
