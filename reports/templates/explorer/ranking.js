// Which songs are shown, in which order, and why: the stored addends times the person's weights.

const ADDENDS = ["collaborative", "metadata", "audio", "adjustments"];
const SAID = { collaborative: "shared lists", metadata: "artists, genres, era", audio: "sound", adjustments: "adjustments", popularity: "popularity" };
const SHOWN = 20;
const SONGS_AN_ARTIST = 2;
const DIAL_REACH = 0.5;

const inRange = (value, [least, most]) => (least === null && most === null)
  || (value !== null && (least === null || value >= least) && (most === null || value <= most));

function passes(song, filters) {
  return (filters.genre === null || songs.genre[song] === filters.genre)
    && inRange(songs.year[song], filters.year)
    && inRange(tempoOf(song), filters.tempo)
    && inRange(soundOf(song, "energy"), filters.energy)
    && inRange(songs.popularity[song], filters.popularity);
}

// Addends after the weights, and the dial towards the better or the less known as one more addend; their sum is the score.
function weighed(candidate, weights, dial, best) {
  const parts = ADDENDS.map((kind, place) => ({ kind, value: candidate.addends[place] * (weights[kind] ?? 1) }));
  if (dial) parts.push({ kind: "popularity", value: dial * DIAL_REACH * best * (((songs.popularity[candidate.other] ?? 50) - 50) / 50) });
  return { ...candidate, parts, score: parts.reduce((sum, part) => sum + part.value, 0) };
}

function ranked(candidates, { weights, dial, filters }) {
  const best = Math.max(0, ...candidates.map((one) => one.addends.reduce((sum, value) => sum + value, 0)));
  const byArtist = new Map();
  return candidates
    .filter((one) => passes(one.other, filters))
    .map((one) => weighed(one, weights, dial, best))
    .sort((a, b) => b.score - a.score || a.other - b.other)
    .filter((one) => {
      const artist = songs.artists[one.other][0];
      const count = (byArtist.get(artist) ?? 0) + 1;
      byArtist.set(artist, count);
      return count <= SONGS_AN_ARTIST;
    })
    .slice(0, SHOWN);
}

// The evidence behind the addends, the weightiest first.
function because(seed, one) {
  const said = [];
  for (const { kind, value } of [...one.parts].sort((a, b) => b.value - a.value)) {
    if (value <= 0) continue;
    if (kind === "collaborative") {
      const lists = one.together === 1 ? "1 list or session" : `${one.together} lists and sessions`;
      said.push(one.together ? `together in ${lists}, ${one.expected.toFixed(1)} expected by chance` : "in the company of the same songs");
    } else if (kind === "metadata") {
      const shared = songs.artists[one.other].filter((name) => songs.artists[seed].includes(name));
      if (shared.length) said.push(`both by ${shared.join(" and ")}`);
      if (genreOf(seed) && genreOf(seed) === genreOf(one.other)) said.push(`both ${genreOf(seed)}`);
      const [a, b] = [songs.year[seed], songs.year[one.other]];
      if (a && b && Math.abs(a - b) <= 3) said.push(a === b ? `both of ${a}` : `${b} beside ${a}`);
    } else if (kind === "audio") said.push("close in sound");
    else if (kind === "popularity") said.push(value > 0 ? "as the popularity dial asks" : "");
  }
  return said.filter(Boolean).join("; ") || "a little of everything";
}
