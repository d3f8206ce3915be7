// Draws each `<div data-chart="…">` from the table that it names: the table is the content, the chart shows the same.
// Vega's expressions are interpreted, not compiled: the page allows no code made from text.
import { expressionInterpreter } from "./vega/vega-interpreter.js";

const PALETTE = {
  accent: "--accent", alerte: "--focus", pale: "--tint", profond: "--deep", trait: "--line",
};
const LOCALE = {
  number: { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u00a0€"], percent: "\u00a0%" },
};

/** The rows of a table's body that have a value in every column with a name. */
function rowsOf(table) {
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.field);
  const found = [];
  for (const row of table.tBodies[0].rows) {
    const values = {};
    let whole = true;
    [...row.cells].forEach((cell, place) => {
      if (names[place] === undefined) return;
      if (cell.dataset.missing !== undefined) whole = false;
      values[names[place]] = cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
    });
    if (whole) found.push(values);
  }
  return found.slice(0, Number(table.dataset.most ?? found.length));
}

/** One row a cell of a table whose columns are values of one field (`data-across`, `data-series`), of which the head of
 * the row is another. */
function cellsOf(table) {
  const heads = [...table.tHead.rows[0].cells];
  const found = [];
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, place) => {
      if (cell.dataset.value === undefined) return;
      found.push({
        [heads[0].dataset.field]: row.cells[0].textContent.trim(),
        [table.dataset.across ?? table.dataset.series]: heads[place].textContent.trim(),
        [table.dataset.field]: Number(cell.dataset.value),
      });
    });
  }
  return found;
}

function coloured(text) {
  const style = getComputedStyle(document.documentElement);
  return JSON.parse(text, (key, value) =>
    ["color", "value", "range"].includes(key) || /^\d+$/.test(key)
      ? (PALETTE[value] === undefined ? value : style.getPropertyValue(PALETTE[value]).trim())
      : value);
}

function dressed(width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const guide = {
    labelColor: colour("--ink"), titleColor: colour("--soft"), gridColor: colour("--line"),
    domainColor: colour("--line"), tickColor: colour("--line"), labelFontSize: 13, titleFontSize: 13,
    titleFontWeight: "normal", gridOpacity: 0.6,
  };
  return {
    background: null, font: getComputedStyle(document.body).fontFamily, locale: LOCALE,
    view: { stroke: null }, text: { color: colour("--ink"), fontSize: 13 },
    axis: guide, axisXDiscrete: { ...guide, labelAngle: width < 600 ? -90 : 0, labelLimit: 110 }, legend: { ...guide, symbolType: "square" },
    axisY: { ...guide, labelLimit: Math.max(90, Math.min(320, width * 0.42)), labelPadding: 8, ticks: false, domain: false },
  };
}

/** Where a chart is drawn: a tree of its own, which neither the page's styles nor those who read it enter: the place has
 * the words, the table the figures. */
function frameOf(place) {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  if (root.firstChild === null) {
    const frame = root.appendChild(document.createElement("div"));
    frame.setAttribute("aria-hidden", "true");
  }
  return root.firstChild;
}

async function draw(place, text) {
  const width = place.clientWidth;
  if (width === 0) return;
  const table = document.getElementById(place.dataset.table);
  const values = table.dataset.field === undefined ? rowsOf(table) : cellsOf(table);
  const spec = coloured(text);
  spec.data = { values };
  spec.width = width;
  spec.autosize = { type: spec.height === undefined ? "fit" : "fit-x", contains: "padding" };
  spec.config = dressed(width);
  const compiled = globalThis.vegaLite.compile(spec).spec;
  const runtime = globalThis.vega.parse(compiled, undefined, { ast: true });
  const inside = frameOf(place);
  const view = new globalThis.vega.View(runtime, { expr: expressionInterpreter, renderer: "svg", container: inside });
  await view.runAsync();
  inside.querySelector("svg").style.display = "block";
  place.view?.finalize();
  place.view = view;
  place.dataset.width = String(width);
}

for (const place of document.querySelectorAll("[data-chart]")) {
  const answer = await fetch(place.dataset.chart);
  if (!answer.ok) continue;
  const text = await answer.text();
  place.hidden = false;
  await draw(place, text);
  place.dataset.drawn = "";
  let waiting;
  const again = () => { clearTimeout(waiting); waiting = setTimeout(() => draw(place, text), 150); };
  new ResizeObserver(() => { if (String(place.clientWidth) !== place.dataset.width) again(); }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}
