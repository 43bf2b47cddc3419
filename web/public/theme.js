// Sets the colours before the first paint, so that a dark screen never flashes white.
(() => {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem('segue.preferences') ?? '{}');
  } catch {
    // Unreadable preferences are the defaults.
  }
  const dark = chosen.colours === 'dark'
    || (chosen.colours !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  const contrast = chosen.contrast === 'high'
    || (chosen.contrast !== 'normal' && matchMedia('(prefers-contrast: more)').matches);
  const root = document.documentElement;
  root.dataset.mantineColorScheme = dark ? 'dark' : 'light';
  root.dataset.contrast = contrast ? 'high' : 'normal';
  root.dataset.density = chosen.density === 'compact' ? 'compact' : 'comfortable';
})();
