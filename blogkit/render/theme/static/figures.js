// Draw the interactive figures of a page when they come into view, each with the script of the library that made it.
"use strict";

{
  const loaded = new Map();

  /** What each library wants: the place, and the data that stands in it. */
  const draw = {
    plotly(place, { data, layout = {}, config, frames }) {
      if (layout.width > place.clientWidth) Object.assign(layout, { width: undefined, autosize: true }); // on a phone
      return Plotly.newPlot(place, { data, layout, frames, config: { responsive: true, displaylogo: false, ...config } });
    },
    bokeh: (place, item) => Bokeh.embed.embed_item(item, place),
    async vega(place, spec) {
      await vegaEmbed(place, spec, { actions: false, renderer: "svg", ast: true }); // no code is made of texts
      if (!(place.querySelector("svg")?.width.baseVal.value > 900)) return; // as in translator.py
      place.classList.add("wide");
      place.tabIndex = 0; // it scrolls on a phone
    },
    html: (place, text) => place.append(document.createRange().createContextualFragment(text)),
  };

  function load(address) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        Object.assign(script, { src: address, onload: resolve, onerror: reject });
        document.head.append(script);
      }));
    }
    return loaded.get(address);
  }

  /** Draw a figure; if that fails, what stood there stays. */
  async function show(figure) {
    const place = document.createElement("div");
    try {
      for (const address of figure.dataset.scripts?.split(" ") ?? []) await load(address);
      figure.append(place);
      await draw[figure.dataset.library](place, JSON.parse(figure.querySelector("script").textContent));
      figure.classList.add("drawn");
      const unnamed = place.querySelectorAll("iframe:not([title]), img:not([alt]), [type=range]");
      for (const part of unnamed) part.ariaLabel = figure.ariaLabel;
    } catch (error) {
      place.remove();
      console.error(error);
    }
  }

  const observer = new IntersectionObserver((changes) => {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      show(target);
    }
  }, { rootMargin: "50% 0%" });
  for (const figure of document.querySelectorAll(".live")) observer.observe(figure);
}
