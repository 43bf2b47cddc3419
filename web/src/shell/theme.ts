// Our colours and shapes for the components we build on.

import { createTheme, type MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e4f6f5', '#cdeae8', '#9fd6d2', '#6cc0bb', '#44aea8', '#2aa39c', '#118079', '#0b6e6e',
  '#075c5c', '#034a4a',
];

export const theme = createTheme({
  primaryColor: 'sea',
  // White words on it have enough contrast in both colours.
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  colors: { sea },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "Liberation Mono", monospace',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
    Tooltip: { defaultProps: { openDelay: 300, withinPortal: true } },
  },
});
