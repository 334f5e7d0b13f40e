// The pictures of a card: each figure of ninety days over the range that is usual for such days.
const box = document.querySelector("[data-figures]");
if (box && window.uPlot) fetch(box.dataset.figures).then((answer) => (answer.ok ? answer.json() : Promise.reject())).then(draw)
  .catch(() => { box.textContent = "Графики сейчас не загрузились. Цифры выше верны."; });

function draw(told) {
  const style = getComputedStyle(document.documentElement), ink = (name) => style.getPropertyValue(name).trim();
  for (const series of told.series) {
    if (!series.values.some((value) => value)) continue;
    const place = document.createElement("figure"), head = document.createElement("h3");
    head.textContent = `${series.name}, ${series.unit}`;
    place.append(head);
    box.append(place);
    const day = (seconds) => new Date(seconds * 1000).toLocaleDateString("ru-RU", { day: "numeric", month: "short", timeZone: "UTC" });
    const hidden = { width: 0, points: { show: false } };
    const axis = { stroke: ink("--faint"), grid: { stroke: ink("--line"), width: 1 }, ticks: { show: false } };
    const plot = new uPlot({
      width: place.clientWidth, height: 150, legend: { show: false }, cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.05)] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(day) },
        { ...axis, size: 56, values: (_, ticks) => ticks.map((value) => value.toLocaleString("ru-RU")) },
      ],
      series: [{}, hidden, hidden, { stroke: ink("--accent"), width: 2, points: { show: false } }],
      bands: [{ series: [2, 1], fill: ink("--line") }],
    }, [told.days, series.low, series.high, series.values], place);
    new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 150 })).observe(place);
  }
}
