"use strict";

// A slider asks for the same address as its form would, and puts the answer in place. Without this script
// the form does it: the sliders stay hidden, and nothing else is missing.

const DAY = 86400000;
const dayOf = (number) => new Date(number * DAY).toISOString().slice(0, 10);
const numberOf = (day) => Date.parse(day) / DAY;

let asking = null; // the request that runs
let pause = 0; // the timer between the last movement and the next request
let shown = location.search; // the question that is answered

function addressOf(form) {
  const address = new URL(form.action);
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  address.search = new URLSearchParams(given);
  return address.href;
}

function replace(fresh, moving) {
  for (const part of document.querySelectorAll("[data-swap]")) {
    if (moving && part.dataset.swap === "picture") continue; // drawn when the slider rests
    const found = fresh.querySelector(`[data-swap="${part.dataset.swap}"]`);
    part.replaceChildren(...(found ? found.childNodes : []));
  }
  document.title = fresh.title;
  arm();
}

async function show(form, moving) {
  clearTimeout(pause);
  const address = addressOf(form);
  if (asking) asking.abort(); // its answer would be to an older question
  const own = (asking = new AbortController());
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: own.signal });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw new Error(answer.statusText);
    replace(fresh, moving);
    history[moving ? "replaceState" : "pushState"](null, "", answer.url);
    shown = location.search;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function tell(range) {
  const open = "open" in range.dataset && range.value === range.max;
  const words = open ? range.dataset.open : dayOf(Number(range.value));
  range.setAttribute("aria-valuetext", words);
  range.form.querySelector(`output[for="${range.id}"]`).textContent = words;
  return open ? "" : words;
}

for (const form of document.querySelectorAll("form[data-live]")) {
  const ranges = [...form.querySelectorAll("input[type=range]")];
  for (const hidden of form.querySelectorAll("[data-scripted]")) hidden.hidden = false;
  form.addEventListener("input", (event) => {
    if (!ranges.includes(event.target) || "play" in form.dataset) return; // play.js moves the picture itself
    form.elements[event.target.dataset.slides].value = tell(event.target);
    clearTimeout(pause);
    pause = setTimeout(show, 60, form, true);
  });
  form.addEventListener("change", (event) => {
    const range = ranges.find((each) => each.dataset.slides === event.target.name);
    if (range) {
      const number = numberOf(event.target.value);
      range.value = Number.isFinite(number) ? number : range.max;
      tell(range);
    }
    show(form, false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(form, false);
  });
}

addEventListener("popstate", () => {
  if (location.search !== shown) location.reload(); // not for an anchor of the page that is shown
});

// As one types, what is found is offered; choosing a name asks for it. Without this script the form does.

let looking = null;
const offered = document.getElementById("found");
for (const box of document.querySelectorAll("input[data-finds]")) {
  let wait = 0;
  let named = [];
  box.form.addEventListener("submit", (event) => {
    const typed = box.value.trim().toLowerCase();
    const meant = named.filter((each) => [each.name, each.value].some((name) => name.toLowerCase() === typed));
    if (meant.length !== 1 || box.name !== "q") return;
    event.preventDefault(); // one company is called so, or was
    const lang = "kept" in document.documentElement.dataset ? `?lang=${document.documentElement.lang}` : "";
    location.assign(`/companies/${encodeURIComponent(meant[0].id)}${lang}`);
  });
  box.addEventListener("input", (event) => {
    clearTimeout(wait);
    const chosen = [...offered.options].find((each) => each.value === box.value);
    if (chosen && event.inputType !== "insertText") return box.form.requestSubmit();
    wait = setTimeout(async () => {
      if (looking) looking.abort();
      const own = (looking = new AbortController());
      if (box.value.trim().length < 2) return offered.replaceChildren();
      try {
        const asked = new URLSearchParams({ q: box.value, limit: 8 });
        const answer = await fetch(`/search.json?${asked}`, { signal: own.signal });
        if (!answer.ok) return;
        const found = (await answer.json()).filter((each) => each.name && each.what !== "event");
        named = found.filter((each) => each.what === "company");
        offered.replaceChildren(...found.map((each) => {
          const option = document.createElement("option");
          option.value = each.name;
          option.label = each.value === each.name ? each.what : `${each.what}: ${each.value}`;
          return option;
        }));
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, 120);
  });
}

// The divider between then and now: dragged, or moved from report to report with the arrow keys. Its day is
// that of the form, so everything follows as if the day had been written there.

const EPOCH = 719163; // 1970-01-01 as the server counts days

function divide(handle, day) {
  const form = document.querySelector("form[data-live]");
  if (!day || day === handle.dataset.on) return;
  form.elements.on.value = day;
  show(form, false);
}

function arm() {
  for (const handle of document.querySelectorAll("svg .divider:not([role])")) {
    const { first, last, start, end, on, words } = handle.dataset;
    const days = Number(last) - Number(first);
    const stops = (handle.closest("[data-stops]")?.dataset.stops ?? "").split(" ").filter(Boolean);
    for (const [name, value] of Object.entries({
      role: "slider", tabindex: 0, "aria-label": handle.closest("[data-label]")?.dataset.label, "aria-valuemin": first,
      "aria-valuemax": last, "aria-valuenow": numberOf(on) + EPOCH, "aria-valuetext": words,
    })) handle.setAttribute(name, value);
    const figure = handle.closest("figure");
    const at = (event) => {
      const svg = handle.ownerSVGElement, box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) * svg.viewBox.baseVal.width) / box.width;
      const place = Math.min(Math.max(x, Number(start)), Number(end));
      return [place, Math.round(Number(first) + ((place - start) / (end - start)) * days)];
    };
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.dataset.held = "";
      event.preventDefault();
      handle.focus();
    });
    handle.addEventListener("pointermove", (event) => {
      if (!("held" in handle.dataset)) return;
      const [x, day] = at(event);
      handle.setAttribute("transform", `translate(${x - Number(handle.dataset.at)} 0)`);
      handle.querySelector("text").textContent = `${dayOf(day - EPOCH)} …`;
      figure.classList.add("busy");
    });
    handle.addEventListener("pointerup", (event) => {
      if (!("held" in handle.dataset)) return;
      delete handle.dataset.held;
      figure.classList.remove("busy");
      divide(handle, dayOf(at(event)[1] - EPOCH));
    });
    handle.addEventListener("keydown", (event) => {
      const to = {
        ArrowLeft: stops.filter((day) => day < on).at(-1), ArrowRight: stops.find((day) => day > on),
        Home: stops[0], End: stops.at(-1),
      }[event.key];
      if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
      event.preventDefault();
      refocus = true;
      divide(handle, to);
    });
    if (refocus && handle.getClientRects().length) {
      refocus = false;
      handle.focus();
    }
  }
}

let refocus = false; // whether the divider had the focus before it was drawn anew
for (const hint of document.querySelectorAll(".hint[data-scripted]")) hint.hidden = !document.querySelector("svg .divider");
arm();
addEventListener("hashchange", unfold);
function unfold() {
  const target = document.getElementById(location.hash.slice(1));
  const folded = target?.closest("details");
  if (!folded || folded.open) return;
  folded.open = true;
  target.scrollIntoView();
}
unfold();
