// Sliders whose pictures and sentences were made beforehand: a move shows others.
"use strict";

function play(player) {
  const frames = JSON.parse(player.querySelector("script").textContent);
  const slider = player.querySelector("input");
  const [value, picture, sentence] = ["output", "img", "figcaption"].map((name) =>
    player.querySelector(name),
  );
  let loaded = [];

  // Once the player comes into sight, so that a move need not wait.
  new IntersectionObserver((entries, observer) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      observer.disconnect();
      loaded = frames.map((frame) => Object.assign(new Image(), { src: frame.picture }));
    }
  }, { rootMargin: "100%" }).observe(player);

  slider.addEventListener("input", () => {
    const frame = frames[slider.value];
    picture.src = loaded[slider.value]?.src ?? frame.picture;
    value.textContent = frame.value;
    slider.setAttribute("aria-valuetext", frame.value);
    sentence.textContent = frame.sentence;
  });
  slider.value = slider.defaultValue; // a browser that comes back to the page would keep a move
  slider.parentElement.hidden = false;
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".live-player").forEach(play);
});
