// Says in a corner that something was done. Not here: errors; those stay where they happened.

/** Loaded when there is something to say, not with the first screen. */
export function notify(message: string, color: 'teal' | 'yellow' = 'teal'): void {
  void import('@mantine/notifications').then(({ notifications }) => notifications.show({ message, color }));
}
