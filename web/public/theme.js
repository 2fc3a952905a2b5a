// Runs before the first paint: the chosen theme and density, if a person chose any.
try {
  const root = document.documentElement;
  const theme = localStorage.getItem('assay-theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  if (localStorage.getItem('assay-density') === 'roomy') root.dataset.density = 'roomy';
} catch {
  // Storage is closed to this page: the system decides.
}
