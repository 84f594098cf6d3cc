import { Label, Radio, RadioGroup } from 'react-aria-components';

type Props<V extends string> = {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string }[];
};

/** A choice with all options visible. */
export const Segments = <V extends string>({ label, value, onChange, options }: Props<V>) => (
  <RadioGroup
    className="segments"
    value={value}
    onChange={(next) => {
      const chosen = options.find((option) => option.value === next);
      if (chosen) onChange(chosen.value);
    }}
  >
    <Label>{label}</Label>
    <div>
      {options.map((option) => (
        <Radio key={option.value} value={option.value}>
          {option.label}
        </Radio>
      ))}
    </div>
  </RadioGroup>
);
