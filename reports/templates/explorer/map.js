// The map: every song a dot, coloured by genre; drag and wheel, two fingers, or the keys move it.

class Chart {
  constructor(canvas, choose) {
    this.canvas = canvas;
    this.choose = choose;
    this.view = { x: 0.5, y: 0.5, zoom: 1 };
    this.chosen = null;
    this.related = [];
    this.hidden = new Uint8Array(catalogue.songs);
    this.byColour = new Uint32Array(0);
    this.fingers = new Map();
    const named = { keydown: this.key, wheel: this.wheel, pointerdown: this.down, pointermove: this.move, pointerup: this.up, pointercancel: this.up, pointerleave: this.leave };
    for (const [name, act] of Object.entries(named)) canvas.addEventListener(name, act.bind(this), { passive: false });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  get side() { return Math.min(this.canvas.clientWidth, this.canvas.clientHeight) * this.view.zoom; }
  toScreen(x, y) {
    return [(x - this.view.x) * this.side + this.canvas.clientWidth / 2, (y - this.view.y) * this.side + this.canvas.clientHeight / 2];
  }
  toMap(left, top) {
    return [(left - this.canvas.clientWidth / 2) / this.side + this.view.x, (top - this.canvas.clientHeight / 2) / this.side + this.view.y];
  }
  at(song) { return this.toScreen(songs.place[song * 2] / 65535, songs.place[song * 2 + 1] / 65535); }

  draw() {
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const { canvas } = this, ratio = devicePixelRatio || 1, wide = canvas.clientWidth, tall = canvas.clientHeight;
    if (!wide) return;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(tall * ratio);
    }
    const style = getComputedStyle(canvas), colour = (name) => style.getPropertyValue(`--${name}`);
    const brush = canvas.getContext("2d");
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.clearRect(0, 0, wide, tall);
    const kinds = catalogue.kinds.map(colour), other = colour("context"), hidden = colour("rule");
    const dot = Math.min(6, Math.max(1.2, (120 / Math.sqrt(songs.count || 1)) * Math.sqrt(this.view.zoom)));
    if (this.byColour.length !== songs.count) this.byColour = Uint32Array.from(songs.genre.keys()).sort((a, b) => (songs.genre[a] ?? 1e9) - (songs.genre[b] ?? 1e9));
    const scale = this.side / 65535, left = wide / 2 - this.view.x * this.side - dot / 2, top = tall / 2 - this.view.y * this.side - dot / 2;
    for (const isHidden of [1, 0]) {
      let painted = null;
      brush.fillStyle = hidden;
      for (const song of this.byColour) {
        if (this.hidden[song] !== isHidden) continue;
        const x = songs.place[song * 2] * scale + left, y = songs.place[song * 2 + 1] * scale + top;
        if (x < -9 || y < -9 || x > wide || y > tall) continue;
        if (!isHidden && songs.genre[song] !== painted) {
          painted = songs.genre[song];
          brush.fillStyle = kinds[painted] ?? other;
        }
        brush.fillRect(x, y, dot, dot);
      }
    }
    const ink = colour("ink"), paper = colour("paper");
    if (this.chosen !== null) {
      const [fromX, fromY] = this.at(this.chosen);
      brush.lineWidth = 1;
      brush.strokeStyle = brush.fillStyle = ink;
      for (const song of this.related) {
        const [x, y] = this.at(song);
        brush.globalAlpha = 0.35;
        brush.beginPath();
        brush.moveTo(fromX, fromY);
        brush.lineTo(x, y);
        brush.stroke();
        brush.globalAlpha = 1;
        brush.beginPath();
        brush.arc(x, y, dot / 2 + 1.5, 0, 7);
        brush.fill();
      }
      brush.beginPath();
      brush.arc(fromX, fromY, dot / 2 + 6, 0, 7);
      brush.lineWidth = 3;
      brush.stroke();
    }
    this.write(brush, ink, paper);
  }

  // names where there is room for them, the largest regions first; near by, the songs' own titles
  write(brush, ink, paper) {
    const taken = [];
    const put = (text, x, y, font) => {
      brush.font = font;
      const half = brush.measureText(text).width / 2 + 4;
      if (x < half || x > this.canvas.clientWidth - half || y < 10 || y > this.canvas.clientHeight - 10) return;
      if (taken.some(([left, top, reach]) => Math.abs(left - x) < reach + half && Math.abs(top - y) < 18)) return;
      taken.push([x, y, half]);
      brush.lineWidth = 4;
      brush.lineJoin = "round";
      brush.strokeStyle = paper;
      brush.strokeText(text, x, y);
      brush.fillStyle = ink;
      brush.fillText(text, x, y);
    };
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    if (this.chosen !== null) {
      const [x, y] = this.at(this.chosen);
      put(clip(songs.name[this.chosen], 32), x, y - 20, "700 13px system-ui, sans-serif");
    }
    for (const region of catalogue.regions) {
      const font = "italic 700 15px Charter, Georgia, serif", [x, y] = this.toScreen(region.x, region.y);
      brush.font = font;
      const half = brush.measureText(region.name).width / 2 + 5;
      if (x > 0 && x < this.canvas.clientWidth) put(region.name, Math.max(half, Math.min(this.canvas.clientWidth - half, x)), y, font);
    }
    if (this.view.zoom < 6) return;
    for (let song = 0, written = 0; song < songs.count && written < 60; song++) {
      const [x, y] = this.at(song);
      if (x < 0 || y < 0 || x > this.canvas.clientWidth || y > this.canvas.clientHeight) continue;
      put(clip(songs.name[song], 28), x, y + 12, "11px system-ui, sans-serif");
      written++;
    }
  }

  nearest(left, top, reach = 14) {
    let found = null, least = reach * reach;
    for (let song = 0; song < songs.count; song++) {
      const [x, y] = this.at(song), distance = (x - left) ** 2 + (y - top) ** 2;
      if (distance < least) [found, least] = [song, distance];
    }
    return found;
  }

  zoom(factor, left = this.canvas.clientWidth / 2, top = this.canvas.clientHeight / 2) {
    const [x, y] = this.toMap(left, top);
    const zoom = Math.min(60, Math.max(0.8, this.view.zoom * factor));
    const kept = this.view.zoom / zoom;
    this.view = { x: x + (this.view.x - x) * kept, y: y + (this.view.y - y) * kept, zoom };
    this.draw();
  }

  go(song, zoom = this.view.zoom) {
    this.view = { x: songs.place[song * 2] / 65535, y: songs.place[song * 2 + 1] / 65535, zoom };
    this.draw();
  }

  pan(across, down) {
    this.view.x -= across / this.side;
    this.view.y -= down / this.side;
    this.draw();
  }

  key(event) {
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (steps[event.key]) this.pan(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(1.4);
    else if (event.key === "-") this.zoom(1 / 1.4);
    else if (event.key === "0") { this.view = { x: 0.5, y: 0.5, zoom: 1 }; this.draw(); }
    else if (event.key === "Enter") {
      const song = this.nearest(this.canvas.clientWidth / 2, this.canvas.clientHeight / 2, 1e6);
      if (song !== null) this.choose(song);
    } else return;
    event.preventDefault();
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.moved = 0;
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return this.point(event);
    const apart = () => {
      const [[ax, ay], [bx, by]] = [...this.fingers.values()];
      return Math.hypot(ax - bx, ay - by);
    };
    const was = this.fingers.size === 2 ? apart() : 0;
    const [across, down] = [event.offsetX - before[0], event.offsetY - before[1]];
    this.fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.moved += Math.abs(across) + Math.abs(down);
    if (this.fingers.size === 2) this.zoom(apart() / Math.max(1, was), event.offsetX, event.offsetY);
    else this.pan(across, down);
    return undefined;
  }

  up(event) {
    const wasDown = this.fingers.delete(event.pointerId);
    if (wasDown && event.type === "pointerup" && this.moved < 5) {
      const song = this.nearest(event.offsetX, event.offsetY);
      if (song !== null) this.choose(song);
    }
  }

  point(event) {
    const song = this.nearest(event.offsetX, event.offsetY);
    $("pointed").textContent = song === null ? "" : `${songs.name[song]}, ${songs.artists[song].join(", ")}`;
  }

  leave() { $("pointed").textContent = ""; }
}

const clip = (text, length) => (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text);
