"use strict";
{
  const table = document.getElementById("everybody");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const value = (row, n) => {
    const text = row.cells[n].dataset.v;
    return text === "" || isNaN(text) ? text : Number(text);
  };
  heads.forEach((head, n) => {
    if (head.dataset.plain !== undefined) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "descending" : "ascending");
      const sign = up ? -1 : 1;
      const keyed = rows.map((row, index) => [value(row, n), index, row]);
      keyed.sort((a, b) => {
        const one = a[0], two = b[0];
        const empty = (one === "") - (two === "");
        if (empty) return empty;
        const order = typeof one === "number" && typeof two === "number" ? one - two : String(one).localeCompare(String(two));
        return sign * order || a[1] - b[1];
      });
      body.append(...keyed.map(entry => entry[2]));
    });
  });
  const field = document.getElementById("find");
  const told = document.getElementById("found");
  field.parentElement.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += !row.hidden;
    }
    told.textContent = wanted ? `${shown} of ${rows.length}` : "";
  });
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(one => { one.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach(one => { one.open = false; }));
}
