{
  const { charts, datasets } = JSON.parse(document.getElementById("specs").textContent);
  const options = { renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true }, logLevel: 1 };

  async function draw(place) {
    const spec = charts[place.dataset.chart];
    await vegaEmbed(place, { ...spec, datasets }, options);
    place.removeAttribute("data-chart");
    place.querySelector("svg").setAttribute("aria-hidden", "true"); // the place has the finding as its name, and a table
  }

  // the page is read from the top, so it is drawn from the top, with pauses in which it answers
  async function drawAll() {
    for (const place of document.querySelectorAll("[data-chart]")) {
      await draw(place);
      await new Promise((resolve) => setTimeout(resolve));
    }
    document.documentElement.dataset.drawn = "";
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  // the page does not know when it is read: how old its news is then stands beside the clock
  const began = document.getElementById("began");
  const hours = began ? (Date.now() - Date.parse(began.dateTime)) / 3.6e6 : 0;
  if (hours >= 1) began.append(hours < 48 ? ` (${Math.round(hours)} h ago)` : ` (${Math.round(hours / 24)} days ago)`);

  drawAll();
}
