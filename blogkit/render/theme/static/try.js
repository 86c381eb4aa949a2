// Loads what lets readers try a model, when its place comes near.
"use strict";

{
  const script = document.currentScript.src;
  const observer = new IntersectionObserver((places) => {
    for (const { target, isIntersecting } of places) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      start(target);
    }
  }, { rootMargin: "800px" });
  for (const place of document.querySelectorAll("[data-try]")) observer.observe(place);

  async function start(place) {
    try {
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet" });
      const styled = new Promise((resolve, reject) => Object.assign(style, { onload: resolve, onerror: reject }));
      style.href = new URL(`try.css${new URL(script).search}`, script).href;
      document.head.append(style);
      const [{ open }] = await Promise.all([import("./try-page.js"), styled]);
      await open(place);
    } catch {
      place.querySelector(".without").textContent = _("The model could not be loaded. Check your connection and load the page again.");
    }
  }
}
