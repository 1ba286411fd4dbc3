// The catalogue in columns, filled from script files beside the page: all songs at once, neighbours where they are wanted.

const catalogue = JSON.parse(document.getElementById("catalogue").textContent);
const songs = {
  count: 0, id: [], name: [], artists: [], album: [], year: [], genre: [], popularity: [], link: [], poster: [], large: [], folded: [],
  sound: new Uint8Array(catalogue.songs * catalogue.sounds.length),
  tempo: new Uint16Array(catalogue.songs),
  place: new Uint16Array(catalogue.songs * 2),
};
const byId = new Map();
const near = new Map();
let covers = {};

const UNKNOWN = 255;
const isPlain = (text) => /^[\x20-\x7e]*$/.test(text);
const whole = new RegExp(`[${Object.keys(catalogue.letters).join("")}]`, "g"); // letters that Unicode does not take apart
const apart = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const fold = (text) => (isPlain(text) ? text.toLowerCase() : apart(text).replace(whole, (letter) => catalogue.letters[letter]));
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

window.segue = {
  songs(part) {
    for (const [place, id] of part.id.entries()) {
      byId.set(id, songs.count + place);
      songs.folded.push(` ${fold(part.name[place])} ${fold(part.artists[place].join(" "))}`);
    }
    for (const column of ["id", "name", "artists", "album", "year", "genre", "popularity", "link", "poster", "large"]) {
      for (const value of part[column]) songs[column].push(value);
    }
    songs.sound.set(new Uint8Array(bytes(part.sound)), songs.count * catalogue.sounds.length);
    songs.tempo.set(new Uint16Array(bytes(part.tempo)), songs.count);
    songs.place.set(new Uint16Array(bytes(part.place)), songs.count * 2);
    songs.count += part.id.length;
  },
  near(shard, part) {
    near.set(shard, {
      starts: new Uint32Array(bytes(part.starts)),
      others: new Uint32Array(bytes(part.others)),
      addends: new Int16Array(bytes(part.addends)),
      together: new Uint16Array(bytes(part.together)),
      expected: new Uint16Array(bytes(part.expected)),
    });
  },
  covers(part) { covers = part; },
};

function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `explorer/${name}.js`;
    script.onload = () => { script.remove(); resolve(); };
    script.onerror = () => reject(new Error(`${script.src} is missing: keep the folder "explorer" beside this page`));
    document.head.append(script);
  });
}

async function loadSongs(progress) {
  for (let part = 0; part < catalogue.parts; part++) {
    await load(`songs-${part}`);
    progress(songs.count);
  }
}

// The songs that belong with one: {other, addends: [shared, facts, sound, adjustments], together, expected}, nearest first.
async function neighboursOf(song) {
  const shard = Math.floor(song / catalogue.shard);
  if (!near.has(shard)) await load(`near-${shard}`);
  const { starts, others, addends, together, expected } = near.get(shard);
  const found = [];
  for (let row = starts[song % catalogue.shard]; row < starts[(song % catalogue.shard) + 1]; row++) {
    found.push({
      other: others[row],
      addends: Array.from(addends.subarray(row * 4, row * 4 + 4), (value) => value * catalogue.scale),
      together: together[row],
      expected: expected[row] / 10,
    });
  }
  return found;
}

// What the last search found, all of it: what is typed further can only be among that.
let last = { wanted: "", count: 0, held: [] };

// Songs whose title and artists hold every word of the text; the best known of each degree of likeness first.
function search(text, limit = 12) {
  const wanted = fold(text).trim();
  if (!wanted) return [];
  const words = wanted.split(/\s+/);
  const degrees = [[], [], [], []];
  const isFurther = last.wanted && last.count === songs.count && wanted.startsWith(last.wanted);
  const among = isFurther ? last.held : null, held = [];
  for (let place = 0; place < (among ?? songs.id).length; place++) {
    const song = among ? among[place] : place;
    const line = songs.folded[song];
    if (!words.every((word) => line.includes(word))) continue;
    held.push(song);
    const degree = line.startsWith(` ${wanted} `) ? 0 : line.startsWith(` ${wanted}`) ? 1 : words.every((word) => line.includes(` ${word}`)) ? 2 : 3;
    if (degrees[degree].length < limit) degrees[degree].push(song);
  }
  last = { wanted, count: songs.count, held };
  return degrees.flat().slice(0, limit);
}

const soundOf = (song, name) => {
  const value = songs.sound[song * catalogue.sounds.length + catalogue.sounds.indexOf(name)];
  return value === UNKNOWN ? null : value / 100;
};
const tempoOf = (song) => songs.tempo[song] || null;
function isKnown(column) {
  for (let song = 0; song < songs.count; song++) {
    if ((column === "tempo" ? tempoOf(song) : column === "energy" ? soundOf(song, column) : songs[column][song]) !== null) return true;
  }
  return false;
}
const genreOf = (song) => (songs.genre[song] === null ? null : catalogue.genres[songs.genre[song]]);
// An address is "0:path" on one of the hosts, or the name of a cover that is embedded.
function pictureOf(song, isLarge) {
  const embedded = covers[songs.large[song]] ?? covers[songs.poster[song]];
  if (embedded?.startsWith("data:image/")) return embedded;
  const [, host, path] = /^(\d):(.*)$/s.exec((isLarge ? songs.large[song] : songs.poster[song]) ?? "") ?? [];
  return host in catalogue.hosts ? catalogue.hosts[host] + path : null;
}
const pageOf = (song) => (songs.link[song] === "" ? `https://open.spotify.com/track/${songs.id[song]}` : songs.link[song]);
