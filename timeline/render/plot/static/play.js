"use strict";

// Plays a picture that holds the marks of all days: the marks of a day are shown, those of others hidden.
// A form with data-play has the day, a slider and the days on which something was reported (data-stops).
// Without this script the picture stands still, and the days beside the form lead to the other ones.

for (const form of document.querySelectorAll("form[data-play]")) {
  const DAY = 86400000;
  const slide = form.querySelector("input[type=range]");
  const day = form.querySelector("input[data-day-shown]");
  const play = form.querySelector("[data-act=play]");
  const speed = form.querySelector("select");
  const stops = (form.dataset.stops || "").split(" ").filter(Boolean);
  const words = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  let timer = 0;

  const numberOf = (iso) => Math.round(Date.parse(iso) / DAY);
  const isoOf = (number) => new Date(number * DAY).toISOString().slice(0, 10);

  const show = (mark, there) => {
    if (there) mark.removeAttribute("display");
    else mark.setAttribute("display", "none");
  };

  const paint = (iso) => {
    day.value = iso;
    slide.value = numberOf(iso);
    const said = words.format(new Date(iso)).replace("Sept", "Sep");
    slide.setAttribute("aria-valuetext", said);
    for (const mark of document.querySelectorAll("[data-from]")) {
      show(mark, mark.dataset.from <= iso && iso < mark.dataset.to);
    }
    for (const text of document.querySelectorAll("svg .day")) {
      text.removeAttribute("textLength"); // measured for another day
      text.textContent = said;
    }
    for (const output of form.querySelectorAll("output")) output.textContent = said;
    const told = [...document.querySelectorAll("[data-reported]")];
    const heard = told.filter((each) => each.dataset.reported <= iso);
    const last = heard.slice(-5);
    for (const each of told) {
      each.hidden = !last.includes(each);
      each.classList.toggle("now", each === heard.at(-1));
    }
  };

  // whoever answers for a day (a server, where there is one) is asked when the picture rests
  const rest = () => day.dispatchEvent(new Event("change", { bubbles: true }));

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    document.documentElement.classList.remove("playing");
    play.textContent = play.dataset.play;
  };

  const step = (direction) => {
    const next = direction > 0
      ? stops.find((each) => each > day.value)
      : stops.findLast((each) => each < day.value);
    if (next) paint(next);
    return Boolean(next);
  };

  const start = () => {
    if (!stops.some((each) => each > day.value)) paint(stops[0] || day.value); // from the beginning
    play.textContent = play.dataset.stop;
    document.documentElement.classList.add("playing"); // what appears may do so in a moment's time
    const on = () => {
      if (step(1)) return;
      stop();
      rest();
    };
    timer = setInterval(on, 900 / Number(speed ? speed.value : 1));
  };

  const toggle = () => {
    if (timer) {
      stop();
      rest();
    } else start();
  };

  play.addEventListener("click", toggle);
  if (speed) {
    speed.addEventListener("change", (event) => {
      event.stopPropagation(); // no part of the question
      if (timer) {
        clearInterval(timer);
        start();
      }
    });
  }
  slide.addEventListener("input", () => {
    if (timer) stop();
    paint(isoOf(Number(slide.value)));
  });
  day.addEventListener("input", () => {
    if (day.value) paint(day.value);
  });
  form.addEventListener("submit", (event) => {
    if (!form.hasAttribute("action")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, select, button, a, summary, textarea, [tabindex='0']")) return;
    if (event.key === " ") toggle();
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      stop();
      if (step(event.key === "ArrowRight" ? 1 : -1)) rest();
    } else return;
    event.preventDefault();
  });

  for (const hidden of form.querySelectorAll("[data-scripted]")) hidden.hidden = false;
  form.hidden = false;
}
