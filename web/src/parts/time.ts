// Times and durations as text. Not here: the element that shows them (`When.tsx`).

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: [number, Intl.RelativeTimeFormatUnit][] = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
];

/** "3 minutes ago", "in 2 hours". */
export function relative(at: number, now = Date.now()): string {
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
  const distance = at - now;
  for (const [size, unit] of UNITS) {
    if (Math.abs(distance) >= size) return words.format(Math.trunc(distance / size), unit);
  }
  return 'now';
}

/** Date and time; today's without the date, so that a column of recent times stays narrow. */
export function absolute(at: number, zone: 'mine' | 'utc', now = Date.now()): string {
  const timeZone = zone === 'utc' ? 'UTC' : undefined;
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'medium' });
  const date = day.format(at) === day.format(now) ? '' : `${day.format(at)} `;
  return `${date}${time.format(at)}${zone === 'utc' ? ' UTC' : ''}`;
}

/** The name of the browser's zone, for titles. */
export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** ISO 8601 with the offset of the browser's zone, for titles and copies. */
export function iso(at: number): string {
  const offset = -new Date(at).getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  const local = new Date(at + offset * MINUTE).toISOString().slice(0, -1);
  return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}

/** "850 ms", "12.4 s", "3 min 20 s", "2 d 4 h". */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  const pair = (big: number, bigName: string, small: number, smallName: string) => {
    const rest = Math.floor((ms % big) / small);
    return `${Math.floor(ms / big)} ${bigName}${rest ? ` ${rest} ${smallName}` : ''}`;
  };
  if (ms < HOUR) return pair(MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return pair(HOUR, 'h', MINUTE, 'min');
  return pair(DAY, 'd', HOUR, 'h');
}
