// A moment, shown as the person chose (own zone, UTC, relative), with the exact one in its title.

import { useEffect, useState } from 'react';
import { usePreferences } from '../shell/preferences';
import { absolute, iso, relative, zoneName } from './time';

const TICK_MS = 10_000;

export function When({ at }: { at: string | null | undefined }) {
  const { time } = usePreferences();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <span className="quiet">–</span>;
  const ms = Date.parse(at);
  const text = time === 'relative' ? relative(ms, now) : absolute(ms, time, now);
  return (
    <time dateTime={at} title={`${iso(ms)} (${zoneName()}), ${new Date(ms).toISOString()} (UTC)`}>
      {text}
    </time>
  );
}
