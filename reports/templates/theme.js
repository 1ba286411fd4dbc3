// Light or dark: what the person chose, else what the system says.

const root = document.documentElement;
const kept = {
  get: () => { try { return localStorage.getItem("segue-theme"); } catch { return null; } },
  set: (theme) => { try { localStorage.setItem("segue-theme", theme); } catch { /* a page from disk may have no storage */ } },
};
if (kept.get()) root.dataset.theme = kept.get();
document.getElementById("theme").addEventListener("click", () => {
  root.dataset.theme = getComputedStyle(root).colorScheme === "dark" ? "light" : "dark";
  kept.set(root.dataset.theme);
  document.dispatchEvent(new Event("segue-theme"));
});
