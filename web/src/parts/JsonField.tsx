// A field for a JSON value: says where it is wrong, never loses what was typed.

import { Textarea } from '@mantine/core';
import { parseJson } from './json';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  description?: string;
  /** Variables are an object; a single value may be anything. */
  kind?: 'object' | 'any';
  rows?: number;
}

export function JsonField({ label, value, onChange, description, kind = 'object', rows = 6 }: Props) {
  const { error } = parseJson(value, kind);
  return (
    <Textarea
      label={label}
      description={description}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      autosize
      minRows={rows}
      maxRows={24}
      spellCheck={false}
      classNames={{ input: 'code' }}
    />
  );
}
