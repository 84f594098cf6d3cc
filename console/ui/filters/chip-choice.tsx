import { ChevronDown, type LucideIcon } from 'lucide-react';
import { MenuButton } from '../menu-button.tsx';

type Props<V extends string> = {
  label: string;
  value: V;
  /** The value without a filter. */
  none: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string }[];
  icon?: LucideIcon;
};

/** A filter chip that shows its choice. */
export function ChipChoice<V extends string>({ label, value, none, onChange, options, icon: Icon = ChevronDown }: Props<V>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <MenuButton
      named
      label={label}
      className={value === none ? 'chip' : 'chip here'}
      groups={[
        {
          items: options.map((option) => ({
            id: option.value,
            text: option.label,
            chosen: option.value === value,
            act: () => onChange(option.value),
          })),
        },
      ]}
    >
      <span>{chosen?.label ?? label}</span> <Icon aria-hidden="true" />
    </MenuButton>
  );
}
