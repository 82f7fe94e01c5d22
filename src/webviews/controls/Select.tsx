import { Icon } from './Icon.tsx';

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}

/** A choice without a label of its own in sight; `label` is read. */
export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <span class="select">
      <select value={value} aria-label={label} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
}
