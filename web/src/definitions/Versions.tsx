// Chooses which version of a definition is looked at.

import { Select } from '@mantine/core';

export function Versions(props: {
  /** Newest first. */
  versions: { key: string; version: number }[];
  current: string;
  onOpen: (key: string) => void;
}) {
  return (
    <Select
      aria-label="Version"
      size="xs"
      w={150}
      allowDeselect={false}
      value={props.current}
      data={props.versions.map(({ key, version }) => ({ value: key, label: `Version ${version}` }))}
      onChange={(key) => key && props.onOpen(key)}
    />
  );
}

/** Versions of one id, newest first. */
export function versionsOf<T extends { version: number }>(
  all: T[] | undefined,
  isOf: (it: T) => boolean,
  keyOf: (it: T) => string,
): { key: string; version: number }[] {
  return (all ?? [])
    .filter(isOf)
    .map((it) => ({ key: keyOf(it), version: it.version }))
    .sort((a, b) => b.version - a.version);
}
