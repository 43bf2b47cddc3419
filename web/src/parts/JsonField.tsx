// A field for a JSON value: says where it is wrong, never loses what was typed.

import { Textarea } from '@mantine/core';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  description?: string;
  /** Variables are an object; a single value may be anything. */
  kind?: 'object' | 'any';
  rows?: number;
}

/** The value, or why there is none. */
export function parseJson(text: string, kind: 'object' | 'any'): { value?: unknown; error?: string } {
  if (text.trim() === '' && kind === 'object') return { value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (kind === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      return { error: 'Expected an object, for example { "amount": 120 }.' };
    }
    return { value };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { error: `Expected JSON (texts in double quotes), but: ${reason}` };
  }
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
