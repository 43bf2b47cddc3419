// JSON that people type. Not here: the field they type it in (`JsonField.tsx`).

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
