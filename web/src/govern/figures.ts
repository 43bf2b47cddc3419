// Figures of the server's `/metrics` that people look at; histograms are for Prometheus.

export interface Figure {
  name: string;
  words: string;
  value: number;
}

/** Counters and gauges without labels, with their help text as words. */
export function figuresOf(exposition: string): Figure[] {
  const help = new Map<string, string>();
  const figures: Figure[] = [];
  for (const line of exposition.split('\n')) {
    const told = /^# HELP (\S+) (.*?)\.?$/.exec(line);
    if (told?.[1]) help.set(told[1], told[2] ?? '');
    const value = /^([a-z_]+) ([\d.e+-]+)$/i.exec(line);
    if (!value?.[1] || /_(bucket|sum|count)$/.test(value[1])) continue;
    const name = value[1];
    const words = help.get(name) ?? help.get(name.replace(/_total$/, '')) ?? name;
    figures.push({ name, words, value: Number(value[2]) });
  }
  return figures;
}
