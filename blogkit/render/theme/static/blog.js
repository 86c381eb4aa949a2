// Add to a page that is whole without it: the dark-mode switch, copy buttons, keyboard scrolling, the table of contents.
"use strict";

{
  const COMMENTS_WAIT = 20_000; // milliseconds
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

  /** Keep the choice, unless it is what the system says anyway. */
  function switchTheme() {
    const next = isDark() ? "light" : "dark";
    const own = next === (dark.matches ? "dark" : "light") ? "" : next;
    applyTheme(own);
    try {
      if (own) localStorage.theme = own;
      else localStorage.removeItem("theme");
    } catch {
      // Storage is closed: the choice holds for this page.
    }
    showTheme();
  }

  /** Take what another tab chose, or this one before it was left. */
  function followTheme() {
    try {
      applyTheme(localStorage.theme ?? "");
    } catch {
      // Storage is closed.
    }
    showTheme();
  }

  function showTheme() {
    document.getElementById("theme-toggle").setAttribute("aria-pressed", String(isDark()));
    for (const frame of document.querySelectorAll("iframe.giscus-frame")) {
      const message = { giscus: { setConfig: { theme: isDark() ? "dark" : "light" } } };
      frame.contentWindow.postMessage(message, "https://giscus.app");
    }
  }

  /** Put a button that copies the code onto each block of code; outputs have none. */
  function addCopyButtons() {
    if (!navigator.clipboard) return;
    for (const block of document.querySelectorAll(".prose div.highlight")) {
      if (block.closest(".cell_output")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = _("Copy");
      button.lang = root.lang; // the post may be in another language
      button.setAttribute("aria-label", _("Copy code"));
      button.addEventListener("click", () => copy(button, block.querySelector("pre").textContent));
      block.append(button);
    }
  }

  async function copy(button, code) {
    const done = await navigator.clipboard.writeText(code.replace(/\n$/, "")).then(() => true, () => false);
    button.textContent = done ? _("Copied") : _("Failed");
    button.setAttribute("aria-label", done ? _("The code was copied") : _("The code could not be copied"));
    setTimeout(() => {
      button.textContent = _("Copy");
      button.setAttribute("aria-label", _("Copy code"));
    }, 2000);
  }

  /** Let the keyboard reach what scrolls, and only that; measure everything before anything is changed. */
  function markScrollers() {
    const boxes = [...document.querySelectorAll("pre, .scroll, .output.text_html, .equation, span.long, .drawing")];
    const scrolls = boxes.map((b) =>
      b.clientWidth > 0 && (b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1));
    boxes.forEach((box, i) => {
      if (scrolls[i] === box.hasAttribute("tabindex")) return;
      const label = box.matches(".equation, .long") ? _("Equation")
        : box.matches(".scroll, .text_html") ? _("Table")
        : box.closest(".cell_output") ? _("Output") : _("Code");
      const attributes = { tabindex: "0", role: "group", "aria-label": label };
      for (const [name, value] of Object.entries(attributes)) {
        if (scrolls[i]) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    });
  }

  /** Mark the section that is being read; on a narrow page the table of contents starts folded. */
  function followReading() {
    const toc = document.querySelector(".toc details");
    if (!toc) return;
    let wasBeside;
    const fold = () => {
      const isBeside = getComputedStyle(toc.parentElement).position === "absolute";
      if (isBeside !== wasBeside) toc.open = wasBeside = isBeside;
    };
    addEventListener("resize", fold, { passive: true });
    fold();
    const section = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const links = [...toc.querySelectorAll("a")].filter(section);
    const sections = links.map(section);
    let marked, chosen, nearest, queued;

    /** Mark the section that was jumped to, until the reader moves on, or else the one at the reading line. */
    const follow = () => {
      queued = 0;
      const tops = sections.map((box) => box.getBoundingClientRect().top);
      const away = Math.abs(tops[chosen]);
      if (away > nearest + 2) chosen = -1;
      else nearest = away;
      const jumped = tops[chosen] > -2 && tops[chosen] < innerHeight;
      const below = root.scrollHeight - innerHeight - scrollY;
      mark(links[jumped ? chosen : sectionAt(tops, scrollY, below, innerHeight)]);
    };

    /** Mark an entry, and show it where the list itself scrolls. */
    const mark = (link) => {
      if (link === marked) return;
      marked?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "location");
      marked = link;
      const [list, entry] = [toc, link].map((box) => box.getBoundingClientRect());
      const hidden = entry.top < list.top || entry.bottom > list.bottom;
      if (hidden) toc.scrollTop += entry.top - list.top - (list.height - entry.height) / 2;
    };

    const choose = (target) => {
      while (target && !sections.includes(target)) target = target.parentElement;
      [chosen, nearest] = [sections.indexOf(target), Infinity];
      follow();
    };
    const chooseTarget = () => choose(document.querySelector(":target"));
    toc.addEventListener("click", (event) => choose(sections[links.indexOf(event.target.closest("a"))]));
    addEventListener("hashchange", chooseTarget);
    addEventListener("pageshow", chooseTarget);
    addEventListener("scroll", () => (queued ||= requestAnimationFrame(follow)), { passive: true });
    queued = requestAnimationFrame(follow);
  }

  /** Return the last section that begins above the reading line, which sinks to the window's foot as the page ends. */
  function sectionAt(tops, above, below, height) {
    const line = above < 1 ? 0 : Math.max(0.3 * height, height - below);
    return Math.max(0, tops.findLastIndex((top) => top <= line));
  }

  /** Load the comments from giscus.app when they are asked for, not before; the button stays until they are there. */
  function offerComments() {
    const button = document.querySelector("[data-giscus]");
    if (!button) return;
    const section = button.parentElement;
    const status = section.querySelector("[role=status]");
    button.addEventListener("click", async () => {
      if (button.ariaDisabled) return; // they are on their way
      button.ariaDisabled = "true";
      status.textContent = _("Loading the comments…");
      const came = await loadComments(section, JSON.parse(button.dataset.giscus));
      button.ariaDisabled = null;
      if (came) return showComments(section, button);
      for (const part of section.querySelectorAll("script, .giscus")) part.remove();
      status.textContent = _("The comments could not be loaded. Check your connection, or whether something blocks giscus.app, and try again.");
    });
  }

  /** Resolve to whether the comments came: their frame says so. */
  function loadComments(section, given) {
    const script = document.createElement("script");
    const settings = {
      ...given,
      mapping: "pathname", strict: "1", "reactions-enabled": "1", "emit-metadata": "0",
      "input-position": "top", theme: isDark() ? "dark" : "light",
    };
    for (const [name, value] of Object.entries(settings)) script.setAttribute(`data-${name.replace("_", "-")}`, value);
    return new Promise((resolve) => {
      const answered = ({ origin }) => origin === "https://giscus.app" && end(true);
      const end = (came) => {
        clearTimeout(timer);
        removeEventListener("message", answered);
        resolve(came);
      };
      const timer = setTimeout(end, COMMENTS_WAIT, false);
      addEventListener("message", answered);
      Object.assign(script, { src: "https://giscus.app/client.js", crossOrigin: "anonymous", onerror: () => end(false) });
      script.onload = () => section.querySelector(".giscus") || end(false); // it broke
      section.append(script);
    });
  }

  function showComments(section, button) {
    const hadFocus = document.activeElement === button;
    for (const part of section.querySelectorAll("button, p")) part.remove();
    if (hadFocus) section.querySelector("iframe")?.focus({ preventScroll: true });
  }

  /** Show a picture large instead of leaving for its file; pressed again it has its own size, and scrolls. */
  function enlarge(event) {
    const link = event.target.closest?.(".enlarge");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    link.focus({ preventScroll: true }); // the focus comes back to it
    const shown = link.querySelector("img");
    const dialog = document.createElement("dialog");
    dialog.className = "enlarged";
    dialog.innerHTML = '<button type="button" class="close"></button><button type="button" class="zoom"></button>';
    const [close, zoom] = dialog.children;
    close.textContent = _("Close");
    close.lang = root.lang;
    zoom.title = _("Actual size");
    const picture = new Image();
    Object.assign(picture, { src: shown.src, alt: shown.alt, className: shown.className });
    zoom.append(picture);
    const pixels = shown.src.endsWith(".svg") ? Infinity : shown.naturalWidth || Infinity;
    const resize = (large) => {
      zoom.setAttribute("aria-pressed", String(large));
      const ratio = shown.clientWidth / shown.clientHeight;
      const fitted = Math.min(dialog.clientWidth, dialog.clientHeight * ratio, pixels);
      const own = Math.max(2 * fitted, pixels < Infinity ? pixels : 0);
      picture.style.width = `${large ? own : fitted}px`;
      return own / fitted;
    };
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    zoom.addEventListener("click", ({ clientX, clientY, detail }) => {
      const { left, top } = picture.getBoundingClientRect();
      const [x, y] = detail ? [clientX, clientY] : [innerWidth / 2, innerHeight / 2]; // by key: its middle
      const larger = resize(zoom.getAttribute("aria-pressed") === "false");
      dialog.scrollTo((x - left) * larger - x, (y - top) * larger - y);
    });
    document.body.append(dialog);
    dialog.showModal();
    resize(false);
  }

  /** Paper has no folds: open what is folded before printing, and fold it again. */
  function unfoldForPrint() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = [...document.querySelectorAll(".prose details:not([open])")];
      for (const details of folded) details.open = true;
    });
    addEventListener("afterprint", () => {
      for (const details of folded) details.open = false;
    });
  }

  document.getElementById("theme-toggle").addEventListener("click", switchTheme);
  dark.addEventListener("change", showTheme);
  addEventListener("storage", followTheme);
  addEventListener("pageshow", (event) => event.persisted && followTheme());
  showTheme();
  followReading();
  offerComments();
  unfoldForPrint();
  document.addEventListener("click", enlarge);
  setTimeout(markScrollers); // each in a task of its own: a long page answers in between
  setTimeout(addCopyButtons);
  addEventListener("resize", markScrollers, { passive: true });
  addEventListener("toggle", markScrollers, { capture: true });
}
