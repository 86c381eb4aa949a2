// Play a video in the page, where there is a link to it: its host is asked when that is pressed, and not before.
"use strict";

for (const link of document.querySelectorAll("a.player[data-embed]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = link.className;
  button.append(...link.childNodes);
  button.addEventListener("click", () => {
    const player = document.createElement("iframe");
    const address = new URL(link.dataset.embed, location);
    address.searchParams.set("autoplay", "1");
    player.src = address.href;
    player.className = "player";
    player.title = button.querySelector("span").textContent;
    player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    player.referrerPolicy = "strict-origin-when-cross-origin"; // without it YouTube shows nothing
    button.replaceWith(player);
    player.focus();
  });
  link.replaceWith(button);
}
