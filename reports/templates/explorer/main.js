// What the person does: search, walk on, weigh, filter, compare. The chosen song stands in the address, so "back" goes back.

const state = {
  song: null, candidates: [], pinned: null, trail: [],
  weights: { collaborative: 1, metadata: 1, audio: 1 }, dial: 0,
  filters: { genre: null, year: [null, null], tempo: [null, null], energy: [null, null], popularity: [null, null] },
};
const map = new Chart($("map"), (song) => walkTo(song));

const walkTo = (song) => { location.hash = encodeURIComponent(songs.id[song]); };

async function arrive() {
  await everything;
  const song = byId.get(decodeURIComponent(location.hash.slice(1))) ?? byId.get(catalogue.seed) ?? 0;
  if (!songs.count || song === state.song) return;
  state.song = song;
  const back = state.trail.indexOf(song);
  state.trail = back >= 0 ? state.trail.slice(0, back + 1) : [...state.trail, song].slice(-8);
  const found = await neighboursOf(song);
  if (state.song !== song) return;
  const isFirst = state.candidates.length === 0;
  state.candidates = found;
  document.title = `${songs.name[song]}: Segue explorer`;
  showSong();
  showList();
  showCompared();
  if (isFirst) return;
  scrollTo(0, 0);
  $("song").querySelector("h1").focus({ preventScroll: true });
}

function showSong() {
  const { song } = state;
  const page = pageOf(song);
  const art = cover(song, 144);
  $("song").replaceChildren(
    page ? make("a", { href: page, rel: "noopener noreferrer", tabindex: "-1", "aria-hidden": "true", class: "art" }, art) : art,
    make("div", {},
      make("h1", { dir: "auto", tabindex: "-1" }, songs.name[song]),
      make("p", { class: "by", dir: "auto" }, songs.artists[song].join(", ") || "unknown artist"),
      make("p", { class: "small" }, ...facts(song).flatMap((fact, place) => [place ? " · " : "", bdi(String(fact))])),
      make("p", { class: "small acts" },
        page ? make("a", { href: page, rel: "noopener noreferrer" }, "Listen on Spotify") : null,
        compareButton(song))),
  );
  $("trail").replaceChildren(...state.trail.slice(0, -1).map((one) => make("li", {}, make("a", { href: `#${encodeURIComponent(songs.id[one])}` }, bdi(clip(songs.name[one], 30))))));
  $("trail").parentElement.hidden = state.trail.length < 2;
}

function compareButton(song) {
  const isPinned = state.pinned === song;
  const text = isPinned ? "Stop comparing" : "Compare";
  const other = state.pinned === null || isPinned ? "" : ` with ${songs.name[state.pinned]}`;
  return make("button", { type: "button", class: "quiet", "data-compare": song, "aria-label": `${text} ${songs.name[song]}${other}` }, text);
}

function showList() {
  const shown = ranked(state.candidates, state);
  const best = Math.max(1e-9, ...shown.map((one) => one.parts.reduce((sum, part) => sum + Math.max(0, part.value), 0)));
  $("list").replaceChildren(...shown.map((one) => row(one, best)));
  const hidden = state.candidates.length - state.candidates.filter((one) => passes(one.other, state.filters)).length;
  $("told").textContent = !state.candidates.length ? "Nothing belongs with this song yet."
    : `${shown.length} of ${state.candidates.length} songs that belong with it${hidden ? `; ${hidden} do not pass the filters` : ""}.`;
  map.chosen = state.song;
  map.related = shown.map((one) => one.other);
  map.draw();
}

function row(one, best) {
  const name = songs.name[one.other], by = songs.artists[one.other].join(", ");
  const page = pageOf(one.other);
  return make("li", {},
    cover(one.other, 64),
    make("div", {},
      make("p", { class: "song" }, make("a", { href: `#${encodeURIComponent(songs.id[one.other])}`, title: name }, bdi(clip(name, 90)))),
      make("p", { class: "by" }, bdi(clip(by, 70), { title: by })),
      waterfall(one.parts, best),
      make("p", { class: "why" }, bdi(because(state.song, one))),
      make("p", { class: "small acts" }, page ? make("a", { href: page, rel: "noopener noreferrer", "aria-label": `Listen on Spotify: ${name}` }, "Spotify") : null, compareButton(one.other))),
    make("span", { class: "score", title: "Score" }, one.score.toFixed(2)));
}

async function showCompared() {
  const box = $("compared");
  box.hidden = state.pinned === null || state.pinned === state.song;
  if (box.hidden) return;
  const [a, b] = [state.pinned, state.song];
  const link = (await neighboursOf(a)).find((one) => one.other === b) ?? state.candidates.find((one) => one.other === a);
  const line = (name, left, right, share) => make("tr", {}, make("th", { scope: "row" }, name),
    ...[[left, share?.[0], "a"], [right, share?.[1], "b"]].map(([text, part, side]) => {
      const cell = make("td", {}, bdi(text ?? "unknown"));
      if (part !== null && part !== undefined) {
        cell.append(make("svg", { class: `level ${side}`, viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, make("rect", { width: part * 100, height: 4 })));
      }
      return cell;
    }));
  const sounds = catalogue.sounds.map((name) => {
    const values = [soundOf(a, name), soundOf(b, name)];
    return line(name, ...values.map((value) => value?.toFixed(2)), values);
  });
  $("comparison").replaceChildren(
    make("thead", {}, make("tr", {}, make("td"), ...[a, b].map((song) => make("th", { scope: "col" }, bdi(clip(songs.name[song], 40)))))),
    make("tbody", {},
      line("by", ...[a, b].map((song) => songs.artists[song].join(", "))),
      line("album", songs.album[a], songs.album[b]),
      line("genre", genreOf(a), genreOf(b)),
      line("year", ...[a, b].map((song) => songs.year[song]?.toString())),
      line("popularity", ...[a, b].map((song) => songs.popularity[song]?.toString()), [a, b].map((song) => songs.popularity[song] === null ? null : songs.popularity[song] / 100)),
      line("tempo", ...[a, b].map((song) => tempoOf(song) && `${tempoOf(song)} BPM`), [a, b].map((song) => tempoOf(song) && Math.min(1, tempoOf(song) / 220))),
      ...sounds),
  );
  $("linked").textContent = link ? `They belong together: ${because(a, weighed({ ...link, other: b }, state.weights, 0, 1))}.` : "Neither is among the nearest songs of the other.";
}

function compare(song) {
  if (state.pinned === song) state.pinned = null;
  else if (state.pinned === null || song === state.song) state.pinned = song;
  else walkTo(song);
  showSong();
  showList();
  showCompared();
}

// ---- search: a combobox as the ARIA practices describe it

let found = [], active = -1;

function showFound() {
  const box = $("search"), open = found.length > 0;
  box.setAttribute("aria-expanded", open);
  $("found").hidden = !open;
  $("found").replaceChildren(...found.map((song, place) => make("li", { role: "option", id: `found-${place}`, "aria-selected": String(place === active) },
    cover(song, 64), make("div", {}, make("b", {}, bdi(clip(songs.name[song], 80))), make("span", { class: "by" }, bdi(clip(songs.artists[song].join(", "), 60)))))));
  if (active >= 0) {
    box.setAttribute("aria-activedescendant", `found-${active}`);
    $(`found-${active}`).scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

function close() {
  found = [];
  active = -1;
  showFound();
}

function take(song) {
  $("search").value = "";
  $("nothing").textContent = "";
  close();
  walkTo(song);
  map.go(song, Math.max(2.5, map.view.zoom));
}

$("search").addEventListener("input", (event) => {
  found = search(event.target.value);
  active = -1;
  $("nothing").textContent = event.target.value.trim() && !found.length ? "No song is called so." : "";
  showFound();
});
$("search").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) active = (active + step + found.length) % found.length;
  else if (event.key === "Enter" && found.length) return take(found[Math.max(0, active)]);
  else if (event.key === "Escape") return close();
  else return undefined;
  event.preventDefault();
  return showFound();
});
$("search").addEventListener("blur", () => setTimeout(close, 150));
$("found").addEventListener("pointerdown", (event) => {
  const place = [...$("found").children].indexOf(event.target.closest("li"));
  if (place >= 0) { event.preventDefault(); take(found[place]); }
});

// ---- sliders and filters

function readControls() {
  const form = new FormData($("controls"));
  const number = (name) => (form.get(name) === "" || form.get(name) === null ? null : Number(form.get(name)));
  for (const kind of Object.keys(state.weights)) state.weights[kind] = number(`weight-${kind}`);
  state.dial = number("dial");
  state.filters.genre = number("genre");
  for (const name of ["year", "tempo", "energy", "popularity"]) state.filters[name] = [number(`${name}-least`), number(`${name}-most`)];
  for (const output of document.querySelectorAll("#controls output")) {
    const value = Number(document.getElementById(output.htmlFor.value).value);
    output.textContent = output.dataset.signed === undefined ? `× ${value.toFixed(1)}` : value > 0 ? "better known" : value < 0 ? "less known" : "as it is";
  }
  for (let song = 0; song < songs.count; song++) map.hidden[song] = passes(song, state.filters) ? 0 : 1;
  if (state.song !== null) showList();
}

$("controls").addEventListener("input", readControls);
$("controls").addEventListener("reset", () => setTimeout(readControls));
$("controls").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-compare]");
  if (button) compare(Number(button.dataset.compare));
  const zoom = event.target.closest("[data-zoom]");
  if (zoom) map.zoom(Number(zoom.dataset.zoom));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    event.preventDefault();
    $("search").focus();
  }
});
addEventListener("hashchange", arrive);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
document.addEventListener("segue-theme", () => map.draw());

const everything = loadSongs((count) => {
  $("search").placeholder = `Search ${count.toLocaleString("en")} songs`;
  $("search").disabled = false; // the best known songs come first
  map.draw();
});

async function open() {
  $("genre").append(...catalogue.genres.map((name, place) => make("option", { value: place }, name)));
  for (const [place, name] of catalogue.genres.slice(0, catalogue.kinds.length).entries()) {
    const mark = make("i", { class: `k n${place}` });
    $("legend").append(make("span", { class: "key" }, mark, bdi(name)));
  }
  if (matchMedia("(max-width: 48rem)").matches) for (const part of document.querySelectorAll("#controls details")) part.open = false;
  try {
    await everything;
    for (const field of document.querySelectorAll("[data-column]")) {
      const isUnknown = !isKnown(field.dataset.column);
      field.classList.toggle("unknown", isUnknown);
      for (const input of field.querySelectorAll("input, select")) input.disabled = isUnknown;
    }
    readControls();
    await arrive();
    if (catalogue.covers) {
      await load("covers");
      showSong();
      showList();
    }
    document.documentElement.dataset.ready = "";
  } catch (error) {
    $("told").textContent = error.message;
  }
}
open();
