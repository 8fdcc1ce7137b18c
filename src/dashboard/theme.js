// Loaded before the page is drawn, so that a chosen theme does not flash. "auto" is the system's.
(() => {
  const key = 'signal-hub-theme';
  const wanted = localStorage.getItem(key);
  if (wanted === 'dark' || wanted === 'light') document.documentElement.dataset.theme = wanted;
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const announce = () => document.dispatchEvent(new Event('themechange'));
  systemDark.addEventListener('change', announce);

  window.toggleTheme = () => {
    const dark = (document.documentElement.dataset.theme || (systemDark.matches ? 'dark' : 'light'))
      === 'dark';
    const next = dark ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    localStorage.setItem(key, next);
    announce();
  };
})();
