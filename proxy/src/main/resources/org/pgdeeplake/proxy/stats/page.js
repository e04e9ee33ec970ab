// Makes the page live: the server renders, this only puts its newest parts in place. Without it the page reloads itself.
"use strict";

const EVERY = 2000;
const PATIENCE = 10000;
const live = document.querySelector("[data-refresh]");
let running = live !== null && live.dataset.refresh === "true";
let timer;

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

// From the origin, since a relative address would inherit a password that the page was opened with.
async function fetchPage(path) {
  const response = await fetch(location.origin + path, {cache: "no-store", signal: AbortSignal.timeout(PATIENCE)});
  if (!response.ok) {
    throw new Error(String(response.status));
  }
  return parse(await response.text());
}

// Whoever selects text or stands on a button is not disturbed: selections are kept, the focus is given back.
function busy(part) {
  const selection = document.getSelection();
  return selection && !selection.isCollapsed && part.contains(selection.anchorNode);
}

function put(part, fresh) {
  if (part.isEqualNode(fresh) || busy(part)) {
    return;
  }
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const scroll = part.querySelector(".scroll");
  const left = scroll ? scroll.scrollLeft : 0;
  part.replaceWith(fresh);
  const freshScroll = fresh.querySelector(".scroll");
  if (freshScroll) {
    freshScroll.scrollLeft = left;
  }
  if (focused) {
    const href = focused.getAttribute("href");
    const again = href
      ? [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === href)
      : freshScroll;
    (again || document.getElementById("main")).focus({preventScroll: true});
  }
}

function show(page) {
  const fresh = [...page.querySelectorAll("[data-live]")];
  const ids = new Set(fresh.map((part) => part.id));
  let place = document.getElementById("said");
  for (const part of fresh) {
    const old = document.getElementById(part.id);
    if (old) {
      put(old, part);
    } else {
      place.after(part);
    }
    place = document.querySelector(`main #${part.id}`) || place;
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    if (!ids.has(part.id)) {
      part.remove();
    }
  }
  document.title = page.title;
}

// Only a change of the headline is read out, not every number.
function announce(before) {
  const state = document.getElementById("state");
  if (state.dataset.state !== before) {
    document.getElementById("said").textContent = state.textContent;
  }
}

function lost(since) {
  let bar = document.querySelector(".lost");
  if (!since) {
    bar?.remove();
  } else if (!bar) {
    bar = document.createElement("p");
    bar.className = "lost";
    bar.setAttribute("role", "alert");
    bar.textContent = `No answer from the proxy since ${since.toLocaleTimeString()}: what you see is old. Trying again.`;
    document.body.prepend(bar);
  }
}

// Whatever goes wrong, the next try comes: a proxy in front may answer with a page of its own.
async function refresh() {
  clearTimeout(timer);
  try {
    if (running && !document.hidden) {
      const page = await fetchPage(location.pathname.replace(/;st=\w+/, ""));
      if (!page.getElementById("state")) {
        throw new Error("another page");
      }
      const before = document.getElementById("state").dataset.state;
      show(page);
      announce(before);
      lost(null);
    }
  } catch {
    lost(new Date());
  } finally {
    clearTimeout(timer);
    timer = setTimeout(refresh, EVERY);
  }
}

function label(button) {
  button.textContent = running ? "Stop refreshing" : "Refresh again";
}

function makeSwitch() {
  const button = document.createElement("button");
  button.type = "button";
  label(button);
  button.addEventListener("click", () => {
    running = !running;
    label(button);
    refresh();
  });
  live.replaceChildren(button);
}

// The question is the server's own page, shown in a dialog.
let asking = false;

async function ask(link) {
  if (asking) {
    return; // a double click
  }
  asking = true;
  let form;
  try {
    form = (await fetchPage(link.getAttribute("href"))).getElementById("question");
    if (!form) {
      throw new Error("another page");
    }
  } catch {
    asking = false;
    location.assign(link.href);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question-h");
  dialog.setAttribute("aria-describedby", "question-p");
  dialog.append(form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    asking = false;
  });
  form.querySelector(".cancel").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector(".cancel").focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-ask]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    ask(link);
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    refresh();
  }
});
if (live) {
  makeSwitch();
  timer = setTimeout(refresh, EVERY);
}
