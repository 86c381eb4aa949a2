// In previews only: reload the page when a newer build is there, and show what a failed one said.
"use strict";
(() => {
  const box = document.createElement("pre");
  box.setAttribute("role", "alert");
  box.style.cssText =
    "position:fixed;inset:auto 0 0 0;max-height:50vh;overflow:auto;margin:0;padding:1rem;z-index:9999;" +
    "background:#7f1d1d;color:#fff;font:13px/1.5 monospace;white-space:pre-wrap";
  new EventSource(EVENTS).onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (news.reload) location.reload();
    box.textContent = news.fault;
    if (news.fault) document.body.append(box);
    else box.remove();
  };
})();
