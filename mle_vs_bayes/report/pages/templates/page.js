"use strict";
// Tables sort by their headings and filter by a word; a panel of the forest opens its quantity. Without this script
// everything on the page can still be read.

const compared = (first, second) => {
  const [a, b] = [Number(first), Number(second)];
  const numbers = first !== "" && second !== "" && !Number.isNaN(a) && !Number.isNaN(b);
  return numbers ? a - b : String(first).localeCompare(String(second), undefined, { numeric: true });
};

const value = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.sort ?? cell.textContent.trim();
};

const sort = (table, column) => {
  const heading = table.tHead.rows[0].cells[column];
  const falling = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const empty = (row) => value(row, column) === "" || value(row, column) === "–";
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    if (empty(a) !== empty(b)) return empty(a) ? 1 : -1; // what is missing stands last either way
    return (falling ? -1 : 1) * compared(value(a, column), value(b, column));
  });
  table.tBodies[0].append(...rows);
};

const sortable = (table) => {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sort(table, column));
    heading.replaceChildren(button);
  });
};

const filterable = (table) => {
  const field = document.createElement("input");
  field.type = "search";
  field.className = "filter";
  field.placeholder = "filter lines";
  field.setAttribute("aria-label", `Filter the lines of: ${table.caption.textContent}`);
  field.addEventListener("input", () => {
    const word = field.value.toLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(word);
  });
  table.closest(".table").before(field);
};

// A drawing as a PNG at twice its size: its colours as on white, its texts in the fonts of this machine.
const png = async (drawing) => {
  const colours = JSON.parse(document.getElementById("colours").textContent);
  const copy = drawing.cloneNode(true);
  const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  copy.setAttribute("width", 2 * width);
  copy.setAttribute("height", 2 * height);
  const text = new XMLSerializer().serializeToString(copy).replace(/var\((--c\w+)\)/g, (all, name) => colours[name]?.[0] ?? all);
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * width, 2 * height];
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  URL.revokeObjectURL(image.src);
  return canvas.toDataURL("image/png");
};

const downloadable = (figure) => {
  const drawing = figure.querySelector(".drawing svg");
  if (!drawing) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "save";
  button.textContent = "PNG";
  button.setAttribute("aria-label", `Save the figure ${figure.id} as a PNG file`);
  button.addEventListener("click", async () => {
    const link = document.createElement("a");
    link.href = await png(drawing);
    link.download = `${figure.id}.png`;
    link.click();
  });
  figure.querySelector("figcaption").append(" ", button);
};

const reveal = (element) => {
  for (let place = element; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  element.scrollIntoView({ block: "nearest" });
};

for (const table of document.querySelectorAll(".mvb .table table")) {
  const lines = table.tBodies[0].rows.length;
  if (lines > 1) sortable(table);
  if (lines > 7) filterable(table);
}
for (const figure of document.querySelectorAll(".mvb figure")) downloadable(figure);
for (const panel of document.querySelectorAll('.mvb [data-mark^="quantity "]')) {
  const target = document.getElementById(`q${panel.dataset.mark.split(" ")[1]}`);
  if (target) panel.addEventListener("click", () => reveal(target));
}
for (const link of document.querySelectorAll('.mvb a[href^="#"]')) {
  link.addEventListener("click", () => {
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (target) reveal(target);
  });
}
