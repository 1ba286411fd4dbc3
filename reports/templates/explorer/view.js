// Pieces of the page. Text only ever enters as text.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes = {}, ...children) {
  const element = name === "svg" || name === "rect" || name === "line" || name === "title"
    ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const bdi = (text, attributes = {}) => make("bdi", attributes, text);

function letters(name) {
  const words = name.match(/[\p{L}\p{N}]\S*/gu) ?? name.trim().split(/\s+/);
  const cut = new Intl.Segmenter();
  const firsts = words.slice(0, 2).map((word) => [...cut.segment(word)][0]?.segment ?? "");
  const isWide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(firsts[0] ?? "");
  return (isWide ? firsts.slice(0, 1) : firsts).join("").toUpperCase() || "♪";
}

// The picture where there is one, else, also when it cannot be had, a cover of the title's own letters.
function cover(song, size) {
  const style = [...songs.album[song] ?? songs.id[song]].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % 8;
  const isLarge = size > 64;
  const drawn = () => make("span", { class: `cover drawn c${style} s${size}`, "aria-hidden": "true" },
    make("b", {}, isLarge ? bdi(clip(songs.name[song], 60)) : letters(songs.name[song])),
    isLarge ? make("small", {}, bdi(clip(songs.artists[song].join(", "), 40))) : null);
  const source = pictureOf(song, isLarge);
  if (!source) return drawn();
  const picture = make("img", { class: "cover", src: source, alt: "", width: size, height: size, loading: "lazy", referrerpolicy: "no-referrer" });
  picture.addEventListener("error", () => picture.replaceWith(drawn()), { once: true });
  return picture;
}

// Each addend begins where the one before it ended; what takes away goes back.
function waterfall(parts, best) {
  const shown = parts.filter((part) => Math.abs(part.value) > best / 500);
  const low = Math.min(0, ...shown.map((_, end) => shown.slice(0, end + 1).reduce((sum, part) => sum + part.value, 0)));
  const step = 7, unit = 100 / Math.max(best - low, 1e-9);
  const words = shown.map((part) => `${SAID[part.kind]} ${part.value.toFixed(3)}`).join(", ");
  const svg = make("svg", { class: "waterfall", viewBox: `0 0 100 ${Math.max(1, shown.length) * step}`, preserveAspectRatio: "none", role: "img", "aria-label": `Score from ${words}` });
  svg.style.height = `${Math.max(1, shown.length) * step}px`;
  let sum = -low;
  shown.forEach((part, row) => {
    const from = Math.min(sum, sum + part.value);
    svg.append(make("rect", { class: part.value < 0 ? "away" : part.kind, x: from * unit, y: row * step + 1, width: Math.abs(part.value) * unit, height: step - 2 },
      make("title", {}, `${SAID[part.kind]} ${part.value.toFixed(3)}`)));
    sum += part.value;
    if (row + 1 < shown.length) svg.append(make("line", { x1: sum * unit, x2: sum * unit, y1: row * step + 1, y2: (row + 2) * step - 1, class: "joint" }));
  });
  return svg;
}

function facts(song) {
  const popularity = songs.popularity[song];
  return [
    songs.album[song], genreOf(song), songs.year[song],
    tempoOf(song) && `${tempoOf(song)} BPM`, popularity !== null && `popularity ${popularity}`,
  ].filter(Boolean);
}
